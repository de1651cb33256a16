// L2: a conflict copy whose mode a person changed is a file of its own
seed 15176
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B replace a n=12
A replace a n=12
A replace a n=12
A touch a n=1800002011
B write a n=12 wait=26928
A replace a n=12 wait=19023
B backup
C backup wait=276280
B rewind
A chmod #46 n=493
