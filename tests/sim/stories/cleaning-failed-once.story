// What a failed look into the staging folder had left there remained.
seed 153
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write c n=12 wait=2
C fail-call ENOSPC n=12
C fail-call EACCES n=18
A replace c n=12 wait=285586
