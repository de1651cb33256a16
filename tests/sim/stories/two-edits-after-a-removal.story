// S1 of the oracle: who wrote twice in the moment of a removal had superseded the first version
seed 18077
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
B write a n=12 wait=18739 call=4
B write a n=12 call=6
A remove a
A remove a wait=96739
