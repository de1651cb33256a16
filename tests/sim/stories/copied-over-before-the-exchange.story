// S1: a file that a person overwrote and that got its time back was displaced as the known one
seed 6005
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A copy-times a b wait=3 call=28
B write b n=12 call=1
A write b n=12
A write a n=12
A mkdir a wait=182120
A write a n=0
