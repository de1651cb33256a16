// A step whose folder a person removed remained in doubt for ever.
seed 140
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A swap-in a #35 wait=5
D swap-in a b/c call=28
B remove a call=7
D checkout a n=2
A chmod a n=384 wait=245390
