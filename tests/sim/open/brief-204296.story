// R3: C: 48 bytes were written to the disk, and 36 were of use
seed 204296
network latency=1000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B remove b wait=15476 call=28
B office b n=12
C office b n=12 call=1
A write a n=12 wait=196836
