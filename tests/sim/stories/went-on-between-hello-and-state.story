// L1: a log forked between the hello and the first state of a device, and nobody noticed
seed 5137
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B office b n=12
A write a n=12 wait=1188151
B backup
A rename a c wait=111346
B truncate b n=13
A append b n=12
B rewind wait=235445
A remove a wait=262824
B remove b
