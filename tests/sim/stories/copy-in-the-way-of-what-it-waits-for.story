// L1: a conflict copy that has moved stays where a file belongs, as its source waits for bytes that nobody has
seed 510
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12 wait=185178
B office a n=12
A cut C
C write a n=12
A backup
A write a n=12
A rewind wait=188408
C office #22 n=12 wait=265591
