// S2: a conflict copy was removed together with the directory in whose place its version was to come; the disk was full, and so the trash was emptied
seed 44641
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C disk-full n=119
A fail-call ENOSPC n=18 wait=9602
A mkdir b
B fail-call ENOSPC n=8
C office a n=12
A mkdir a
A chmod a n=384 wait=164607
C power-loss wait=197251
A remove a
B power-loss wait=167117
