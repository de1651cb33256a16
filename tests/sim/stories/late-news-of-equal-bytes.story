// S9: a watcher that tells of everything, if late, did not tell of a file that was moved over one of the same bytes.
seed 22117
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=late
device skew=0 granularity=1 watcher=good
B mkdir c
B checkout c/c n=1
B checkout #42 n=1
B copy-times #29 b
A replace a n=12
A remove #41 wait=16724
A swap-in #58 b
