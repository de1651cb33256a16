// S1: a file was edited as it was removed, and its directory removed before the edit could be given back
seed 4258
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A checkout b n=4
A write b n=12 wait=33562
C office b n=12 call=29
C append #59 n=12
A copy a b/c wait=316655
A office b n=12
C write #1 n=12 call=15
A office a n=12 wait=368515
