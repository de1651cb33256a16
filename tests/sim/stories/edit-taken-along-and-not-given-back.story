// S1: a removal took an edit along, and the one call that was to give it back failed
seed 37432
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
B office a n=12 wait=1 call=19
A patch a n=12 wait=30403
B fail-call EMFILE n=6
A swap-in a b
A chmod a n=384 wait=365058
