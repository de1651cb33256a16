// L1: bytes were looked for at a path that had been written to, and never at the other one where they were.
seed 30034
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
B mkdir b
A copy-times a b
A replace a n=12 wait=3
