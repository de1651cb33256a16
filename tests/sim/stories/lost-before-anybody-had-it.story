// L1: a version was announced and lost with its device's index: all waited for it for ever.
seed 54
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B unmount
A write a n=12
A remove a wait=4646
A lose-index
