// S1: what was written after the clock was set back, and before a power failure, was taken for what was there before
seed 13597
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=0
A clock-jump n=-39041
A write a n=12 wait=6
A power-loss
