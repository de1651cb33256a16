// S1: the oracle owed a version that went with its directory, as a removal that had taken it along by mistake was about to put it back.
seed 25148
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A checkout c n=6
A copy #2 a
A touch b n=1800006805 wait=23567
B write #54 n=12 call=29
B remove a
B remove c call=31
A copy a a wait=222456
A swap-in #60 #37
A remove #58
A patch a n=12 wait=282528
