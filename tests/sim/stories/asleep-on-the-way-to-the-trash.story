// S3: a machine slept for a year on the way of a file to the trash, which was then emptied of it.
seed 522336
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B replace a n=12
B remove a wait=15436
A chmod a n=384 wait=68218
asleep n=400 wait=8595
