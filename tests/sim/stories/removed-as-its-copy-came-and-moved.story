// L2: a link was removed as its conflict copy came: a file of its own by that, and a copy again by who
// moved it back elsewhere.
seed 5428
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A remove #63 wait=4 call=10
C write c n=12
A symlink c
B rename #2 c call=15
A replace a n=12 wait=1090667
