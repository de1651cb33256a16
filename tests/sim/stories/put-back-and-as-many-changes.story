// L1: a device whose disk was put back twice has as many changes as the others, and other ones
seed 237
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
B backup wait=24129
B rewind
B replace a n=12
B backup wait=285933
B write a n=12
B rewind wait=30599
