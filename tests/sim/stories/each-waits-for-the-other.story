// L1: two devices each waited for bytes that the other had said it did not have, and had by then; neither was in sync, and so neither was asked again.
seed 30034
network latency=0 rate=0 job=3000
device skew=6204 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b/b/c n=12 wait=2371
B replace a n=0 wait=4837
A replace a n=12 wait=88810
A mkdir a wait=189334
B cut A
B replace a n=12
B replace a n=0 wait=183657
A write c n=12 call=16
B replace a n=12 call=7
A write a n=12 call=39
A append a n=12 wait=231915
B write a n=12 call=5
B connect A call=1
A replace a n=12 call=5
B mkdir b wait=165671
A copy-times a b
A replace a n=12 wait=114402
