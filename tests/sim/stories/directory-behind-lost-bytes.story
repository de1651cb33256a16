// L1: a directory waits for bytes of a conflict copy, and what is in it waits for the directory
seed 35593
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A backup
B checkout a n=3
A replace a n=12
A write a n=12 wait=13324
A rewind
A office a n=12
