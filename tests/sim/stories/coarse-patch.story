// A file that was patched twice within one grain was announced as it had been before.
seed 23
network latency=0 rate=0 job=0
device skew=0 granularity=2000000000 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
B cut A
A patch a n=12
A patch a n=12 wait=158573
B write a n=12
