// S4: C: a version of b (conflict 2027-01-15 0800 B 448268) is nobody's doing
seed 4121
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b n=12
B write b n=12
B rewind wait=45756
A copy #7 c
C swap-in #34 c wait=27388
