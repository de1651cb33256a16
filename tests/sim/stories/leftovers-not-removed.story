// A leftover of the staging folder whose removal failed once stayed there until the next start.
seed 133
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C cut B
A write a n=12
A write a n=9000 wait=18000 call=22
C replace #1 n=150000 call=8
asleep n=35
A office a n=12
A write #27 n=12 wait=5000 call=30
A mkdir a/b call=16
B fail-call EIO n=29 wait=200 call=22
C sync-lie n=3 wait=18000 call=13
A chmod #63 n=493 wait=3000000 call=9
B open b/a wait=1000 call=10
