// A step in a directory that had not been made as the process was killed, and never came, was in doubt for ever.
seed 32129
network latency=200000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B mkdir c wait=127991
D replace a n=12 wait=18701
A mkdir #56 wait=524174
D truncate a n=15 call=23
B append a n=12
A mkdir a wait=2350200
B kill call=1
D remove #23
B remove a wait=16731
D write c n=0 wait=19209 call=9
B remove a wait=15772
C office #19 n=12
A remove a wait=114483 call=18
D replace #23 n=12 wait=109780
B remove #26
A mkdir c/b call=6
A remove a wait=234472
B kill call=1
A append a n=12 wait=156838
A swap-in c b
A replace a n=12 wait=223407
