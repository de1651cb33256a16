// S2: a chunk was in the trash, and in contents that were nowhere any more, and those were asked for.
seed 5095
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=187418
A connect B wait=213141
B patch a n=12
A patch a n=12
B write a n=12 call=20
B disk-full n=739
A connect B wait=171689
