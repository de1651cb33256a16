// files and index of one backup, put back one after the other before anybody heard of the files, are as they were
seed 15492
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
B restore wait=8229
C backup
C write a n=12
A rename a b wait=36635
C restore-files
C restore-index
