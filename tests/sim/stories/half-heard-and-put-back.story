// L1: a change that came pruned was missing, as nobody had what it was superseded by any more
seed 4495
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A rename a a/a wait=25209
A cut B wait=13417
B cut A
A cut B
A write a n=12
B cut A wait=31648
B half-open A wait=14340
A write a n=12 wait=13877
A cut B
A symlink a wait=140472
A backup
A office a n=12
B connect A
A mkdir a wait=180166
A rewind wait=155169
