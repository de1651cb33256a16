// L4: what was staged for a step in doubt stayed, as the directory that it was to come to could not be looked at and then went
seed 2391
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
C fail-call EACCES n=29 wait=1
C fail-call EACCES n=11 wait=120650
A checkout b n=1
B fail-call EIO n=26 wait=252202
A swap-in b a/c/c
