// L5: what a removal had displaced could not be looked at, and was told as a rescued version for ever
seed 48373
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A fail-call EACCES n=29 wait=3
A fail-call EACCES n=21
A fail-call EIO n=28
A symlink b
B symlink a
A write c n=12 wait=73909
A touch #38 n=1800007347 wait=254854
A remove #29
C remove a
A fail-call EACCES n=15 wait=153682
