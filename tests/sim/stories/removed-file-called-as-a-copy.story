// S5, wrongly: who removes a file leaves its copies behind as files, though it is called as a copy is itself
seed 38243
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=overflowing
device skew=0 granularity=1 watcher=good
device skew=7810 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=6965 granularity=2000000000 watcher=overflowing
A replace a n=12
A remove a wait=1623517
A write a n=12
A cut E wait=1513816
A symlink a
E write a n=12
A remove a
A replace b n=12 wait=191809
settle
A replace a n=12
A remove a wait=781627
E replace a n=12
A remove a wait=126599
E replace c n=12
A mkdir c
A remove b wait=201051
B remove a
A symlink a wait=288281
E replace #35 n=12
A rename a c/c wait=310691
C replace #16 n=12
settle
A remove #58
B write #59 n=12
