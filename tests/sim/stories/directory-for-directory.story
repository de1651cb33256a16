// S3, of the oracle: an empty directory was put in the place of one, between the look and rmdir.
seed 1216
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C mkdir c
C copy-times #58 a
B remove a wait=115586
A rename c a call=3
A touch a n=1799991235 wait=288817
