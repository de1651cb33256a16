// S1: the oracle owed a conflict copy that was written to and put back before its device looked, under the name of the copy
seed 24925
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A mkdir b
A append a n=12 wait=4463
A office b/a n=12 call=27
B copy-times b a call=36
A write a n=12
A write b/b n=12
A copy a c/c wait=90903
B remove b
B rename a b
A swap-in b c wait=571287 call=4
A copy-times a b wait=1187883
A append b n=12 wait=529786
B write #20 n=12 call=12
A rename a c/b wait=224926
A append b n=12 wait=199212
B swap-in #18 a call=27
A remove a wait=2504080
B remove b
