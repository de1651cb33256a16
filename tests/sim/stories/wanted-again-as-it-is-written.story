// R3: a conflict copy was given up and wanted again while its bytes were being written: they were asked for anew.
seed 204296
network latency=1000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B remove b wait=15476 call=28
B office b n=12
C office b n=12 call=1
A write a n=12 wait=196836
