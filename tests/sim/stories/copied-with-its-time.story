// L1: a file was overwritten by one of equal length and time (cp -p), and taken for unchanged.
seed 34
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
A write a n=12
A copy-times a b wait=286800
