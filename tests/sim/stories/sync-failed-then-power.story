// A step whose directory could not be synced was believed; its loss was published as a deletion.
seed 57
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B power-loss wait=1
A checkout a n=3
A connect B wait=9879
B fail-call EMFILE n=15 wait=183682
A touch a n=1800005904 wait=11338
A fail-call EIO n=17 wait=104008
B fail-call EMFILE n=25 wait=14670
B power-loss wait=2082
