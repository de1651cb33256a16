// S2: the bytes of a conflict copy are waited for where a person was first, until nobody has them
seed 10604
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B backup
A redial B wait=1
B replace a n=12 call=11
B redial A call=18
B drop A call=1
A replace a n=12 call=1
B replace a n=12
A chmod a n=493 wait=109789
B replace a n=12
B chmod a n=493 call=14
B rewind wait=195546
