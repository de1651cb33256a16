// P1: B complains about A, which is honest: log that forks: does not match what was promised
seed 24
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
A backup
A write a n=12
A restore wait=143068
