// S1: an index that was put back took a version that had been installed beside its own for an edit of that
seed 47595
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B backup call=27
A write b n=12
B write b n=12
B restore-index wait=201677
