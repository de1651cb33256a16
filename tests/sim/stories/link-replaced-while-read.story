// S1: a link was replaced between the reading of its target and the look at it: never read again.
seed 243
network latency=200000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
A mkdir a wait=1679192 call=19
A symlink z
A swap-in c z call=10
A close a wait=91801
D write b n=12
A symlink b wait=291458
A swap-in c z call=29
B write a n=12 wait=15545
A symlink b wait=173843
A pipe a wait=12434
A symlink z
A chmod a n=384 wait=303611
B rename a c
