// L2: a version was shown twice beside its path.
seed 291
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A mkdir b
B symlink b
A write a n=12
A office b n=12 wait=44837
A symlink z
C copy-times a b/c
A close a wait=111065
A chmod #17 n=493
