// S5: a file was installed where nothing was, its person removed it, and the process was killed
// before the index heard of either: it came back.
seed 1
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B backup
A write f n=12
settle
A cut B
B restore
B kill wait=2000000
A connect B wait=2000000
B remove f call=14
B kill call=15
pass n=60000
