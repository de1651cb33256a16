// L5: a file was read twice at once; that the second reading failed was told for as long as it stayed as the first had found it
seed 17234
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A chmod a n=493 wait=11853
B fail-call EACCES n=26
B write b n=12
B write c n=12
B mkdir a
A write a n=12 wait=277242
