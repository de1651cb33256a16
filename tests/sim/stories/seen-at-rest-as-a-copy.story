// S5, of the oracle: a version that it might not owe any more was there at a rest, as a conflict copy.
seed 270
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
A stop wait=37919
B rename a b
A copy a b
A write b n=12
settle
