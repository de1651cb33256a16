// an edit that is taken along by a step in the very moment in which the index is put back is in the trash
seed 28682
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B append a n=12 wait=2 call=34
A append a n=12 call=10
C lose-index call=1
A office a n=12
B restore-index call=37
B backup wait=133246
A rename a b wait=1414
