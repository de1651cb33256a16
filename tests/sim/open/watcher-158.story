// L1: E: b differs
seed 158
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1000000000 watcher=good
A write a n=12
A rename a b
A write a n=12 wait=33208
E write b n=12
