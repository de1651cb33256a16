// S6: what was staged could neither be made durable nor emptied, and went; the process was killed, and took it for installed and removed by a person
seed 9443
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B fail-call EMFILE n=24 wait=26792
B mkdir a
B fail-call EACCES n=12 wait=30556 call=19
A replace a n=12
B sync-lie n=1
B kill wait=327850
