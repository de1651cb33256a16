// L1: on a disk that keeps times by two seconds a file was copied over one that had just come, with a time that is the same there: nobody noticed.
seed 12737
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=blind
device skew=0 granularity=2000000000 watcher=late
A remove a wait=2802394
A mkdir #35 wait=321175
B replace a n=12 wait=165899
A write b n=12
B write a n=12
A replace a n=12
B write a n=12
B start wait=1244224
B copy-times a b
