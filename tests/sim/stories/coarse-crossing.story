// A version that another device's displaced within one grain was in the trash only.
seed 53
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=2000000000 watcher=good
B write a n=12 wait=4 call=27
A office a n=12
A replace b n=12
A write b n=12 wait=273050
