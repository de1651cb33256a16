// S5, wrongly: what somebody moves onto a file of the same bytes stays, though another removes that in the same moment
seed 29645
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
A copy b a
settle
A remove a
B swap-in a b
