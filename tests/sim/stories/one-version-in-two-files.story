// S5 of the oracle: of two files of one version, the one that was edited took the other along
seed 6649
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A office a n=12
B write a n=12
A copy a c/b wait=39218
C stop
B swap-in b a
C copy-times #45 a
A replace a n=12
settle
A replace #26 n=12
