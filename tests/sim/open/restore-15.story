// S1: v13 is not on A
seed 15
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace c n=12
B backup wait=16483
A replace c n=12
B restore
