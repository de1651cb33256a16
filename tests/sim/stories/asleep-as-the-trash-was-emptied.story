// S3: a machine slept for a month before what it had ordered came to the trash, and then emptied it with an order from before
seed 133
network latency=1000 rate=2000000 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C replace a n=9000
A checkout a n=5 call=16
asleep n=38 wait=100000
B truncate #36 n=18 wait=1000 call=16
asleep n=8 wait=5000
A chmod #63 n=384 wait=1000 call=16
asleep n=19 wait=1000
asleep n=7 wait=1000
asleep n=19 wait=1000
asleep n=19 wait=1000
asleep n=19 wait=1000
