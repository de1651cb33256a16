// S1: as files-and-index-put-back, the index first
seed 41889
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B write a n=12
A write a n=12 wait=236486
B backup
B patch a n=12
B restore-index wait=261260
B restore-files
