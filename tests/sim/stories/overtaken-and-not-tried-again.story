// S2: the bytes of a conflict copy are cleaned away while it is not tried again yet
seed 295
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b n=12
A backup
A replace a n=12
A replace a n=12 wait=95710
B copy b a
A mkdir a wait=90561
A rewind
