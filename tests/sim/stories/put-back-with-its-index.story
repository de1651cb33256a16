// S1: the oracle owed what was put back with its index, though the device knew neither that it had gone nor that it had come
seed 31101
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
A backup wait=2
A write a n=12
A restore-files wait=19398
A restore-index
