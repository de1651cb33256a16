// R2: what a device wanted at another path had just been moved by its person, and was asked for, as it was not where the index had it.
seed 13589
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace c n=12
settle
A swap-in a #28
B rename #4 b
