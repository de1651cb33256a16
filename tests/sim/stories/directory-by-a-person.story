// L1: files waited for a directory that a person made: nobody woke them.
seed 5205
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C power-loss wait=2300
A write #20 n=12 wait=321254
A mkdir a
C checkout a n=5 wait=11942
A remove b wait=103222
