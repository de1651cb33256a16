// S5: who touches a conflict copy keeps it as a file of its own, whoever removes it elsewhere
seed 4798
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
A rename a b
B replace b n=12
settle
A remove #59
B touch #17 n=1799996240
