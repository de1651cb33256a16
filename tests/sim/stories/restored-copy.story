// What a restored disk had lost at one path was owed by the oracle because its bytes were at another.
seed 1160
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=0
C copy-times a c wait=5621
C replace #47 n=12
B connect A wait=115060
A patch #51 n=12
B backup
B copy-times c b
B restore
