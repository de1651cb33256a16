// L4: the staging folder was tidied while a step was in doubt, and what was kept for its sake was
// never thrown away.
seed 16976
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B fail-call ENOSPC n=20
A write a n=12
A write a n=12 wait=20034
