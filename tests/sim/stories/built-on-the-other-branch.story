// S1: what a member built on another branch of a log superseded a file of this one
seed 715
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A symlink a wait=25261
C replace b n=12 wait=2
C backup
A cut B wait=204906
A open a wait=117311
C rewind call=4
A remove a wait=99307
C touch a n=1800002702
A cut C wait=23614
A remove b
C replace a n=12
