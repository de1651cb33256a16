// An index that was put back published under a number that was used before.
seed 24
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
A backup
A write a n=12
A restore wait=143068
