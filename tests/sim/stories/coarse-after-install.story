// A file that was installed, and written to within the grain of its time, looked unchanged for ever.
seed 20
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1000000000 watcher=good
A replace a n=12
C write a n=12 wait=6546
