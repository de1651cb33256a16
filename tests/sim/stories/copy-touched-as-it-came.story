// L2: a conflict copy was touched while its version was still at its path, too: shown twice beside it.
seed 793
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A mkdir c
B office c n=12
A checkout a n=3 wait=10524
B touch #41 n=1800003813
