// L2: a (conflict 2027-01-15 0800 D 9f8c9a) is a copy of what is at another path of A
seed 149
network latency=0 rate=2000000 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B write a n=12
A symlink a wait=84018
A replace a n=12
B copy a c
D replace a n=475638
A office a n=12 wait=100922
A replace a n=12 wait=80190
D touch #58 n=1800005454
