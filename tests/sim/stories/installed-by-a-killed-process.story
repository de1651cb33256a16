// S1: what a killed process had just installed went with the power, and was taken for removed, as the index had been put back
seed 8301
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A backup
A restore-index wait=1 call=15
B replace a n=12
A power-loss wait=183554
