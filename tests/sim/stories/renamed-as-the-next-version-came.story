// S1: renamed as another version was installed on it: taken for a removal of what came
seed 29
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A mkdir a
A open a wait=108661
A write c n=12
A remove a
B office #62 n=12 wait=199816 call=1
A replace a n=12
A swap-in a #45 call=12
B kill wait=106276
B rename a b
A replace a n=12 wait=284426
