// S1 of the oracle: a copy that had gone, as its file showed the same version again, was owed when that was removed
seed 6673
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B write b n=12
asleep n=39
A write b n=12
A write b n=12 wait=12
settle
A copy-times #7 b
A mkdir a wait=96487
A remove b
