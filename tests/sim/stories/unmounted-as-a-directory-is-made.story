// S6, wrongly: the power took a directory from a disk that had been unmounted since, which writes everything
seed 43262
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A unmount wait=4 call=5
B mkdir a
A mount wait=148938
A power-loss
