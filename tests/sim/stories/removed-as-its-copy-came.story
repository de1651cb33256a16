// L2: a file was removed as its conflict copy came, which became a file of its own by that: shown twice
// when a person put it back.
seed 6948
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
A drop B wait=151674 call=1
B remove a call=13
A kill
A replace a n=12 call=14
B replace a n=12
A copy a a/b wait=131511
B copy-times #49 a
