// S1: a file was saved as another version took its place, and touched as that was undone: what was touched counted as the later version
seed 7491
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=0 wait=4
E replace a n=12 call=29
E touch a n=1799998904 wait=147652 call=22
E close a
A replace a n=12
A replace a n=12 wait=294205
