// The first look at a folder failed once: what was new in it was not seen for ten minutes.
seed 6122
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B fail-call EIO n=1 wait=6
B mkdir a
C replace b n=12 wait=292926
