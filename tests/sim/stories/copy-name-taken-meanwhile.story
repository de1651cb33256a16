// L1: B waited for bytes under a name that had become another file's.
seed 111
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B cut A wait=14034
A half-open B call=14
A write a n=12
B replace a n=12
B connect A call=1
A chmod b n=384 wait=149761
A write #13 n=12
