// L4: a directory that a killed process had just made was removed, and another in it stayed in doubt for ever
seed 58818
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B kill
C kill
A mkdir a wait=2
A kill call=15
B remove a wait=2555267
C mkdir a/b
A remove a wait=905501 call=1
B remove a
