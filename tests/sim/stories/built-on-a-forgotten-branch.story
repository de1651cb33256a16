// L1: a device that was put back built on changes that nobody else knew under their numbers
seed 7570
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B write a n=12
A rename a c wait=35759 call=37
B write a n=12
B chmod a n=384 wait=148553
A backup
B write a n=12
A write a n=12 wait=190502
A rewind
A touch a n=1800007797
A append a n=12 call=15
B rewind wait=19418
