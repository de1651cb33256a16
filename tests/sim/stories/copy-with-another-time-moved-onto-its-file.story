// S1: a conflict copy was moved onto its file, which had another time, before the winner came: its going ended the version
seed 89390
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=blind
device skew=0 granularity=1 watcher=good
A write c n=12
A remove a wait=563957
E touch b n=1800007842 call=37
D write b n=12
A office b n=12
A replace #55 n=12
B office #55 n=12 wait=1946111
B append b n=12 call=30
B rename #7 b call=38
A rename a c/a wait=1360418

