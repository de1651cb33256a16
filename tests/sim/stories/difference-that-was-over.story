// L5: a change came pruned, and what superseded it while an audit was looking for the difference that this made: a problem was shown for a day.
seed 30
network latency=1000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A connect D wait=1028
E write c n=12 wait=13485
A write a n=12 wait=164423
A touch #47 n=1800003228
A connect C wait=64256
B remove #13
C write #52 n=12
A cut C
A chmod a n=384 wait=931025
E write c n=12
A start wait=16273
C remove a wait=14895
A write #30 n=12 wait=684799
A remove #7
A copy a c wait=56441
E kill wait=9973
A remove a wait=199527
E write a n=12 wait=8673
A touch a n=1800002091 wait=9066
C chmod #50 n=493
A chmod a n=493 wait=12632
A chmod a n=384 wait=2328
A copy #0 a wait=14673
B connect A wait=54712
