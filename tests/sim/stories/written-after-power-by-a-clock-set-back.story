// S1: what was written after the clock was set back and the power had failed was taken for what was there before
seed 11366
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
C copy a b wait=61812
C clock-jump n=-12940
settle
C power-loss
C write a n=12
