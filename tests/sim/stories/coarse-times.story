// A disk that keeps times to 10 ms was told the time again every two seconds, for ever.
seed 3
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=10000000 watcher=good
device skew=0 granularity=1 watcher=good
C rename a a/b wait=5
C write a n=12
