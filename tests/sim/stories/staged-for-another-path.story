// S2: a device that was put back had the only bytes staged, for a path where they were no longer wanted
seed 1017
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write c n=12 wait=34598
B kill call=11
B office c n=12 call=1
A backup
A write #16 n=12
B backup wait=117764
A restore wait=111870
B restore
