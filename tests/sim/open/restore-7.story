// P1: D complains about B, which is honest: log that forks: does not match what was promised
seed 7
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B mount wait=1
B backup call=21
B append a n=12 call=19
A office a n=12
A swap-in a #48 wait=829644
A write a n=12
A restore wait=350912
B restore wait=2211
