// S5, wrongly: who gives a conflict copy a new time by writing nothing to it makes a file of it, though another removes it in the same moment
seed 27178
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write a n=12
A write a n=12 wait=33193
C patch a n=12
settle
B remove #41
A truncate #39 n=12
