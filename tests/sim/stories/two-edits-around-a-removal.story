// S1: the oracle owed a version that its own person had replaced, as a removal that had taken it along by mistake was about to put it back.
seed 6756
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=blind
device skew=0 granularity=1 watcher=lossy
B replace a n=12 wait=1 call=34
B replace b n=12 wait=2801758
B remove a call=15
C write a n=12
C append a n=12 wait=48933
A replace a n=12 wait=2093614 call=26
C swap-in a b wait=214316 call=26
A rename b c wait=1565936
C replace a n=12 wait=1357003 call=20
B write a n=12 call=16
B remove b wait=48609
C write a n=0 call=6
A rename a c/c/a wait=1952379
