// S1: a watcher noticed what was in a new directory and missed the directory: nobody had made it, and it went with its last file.
seed 3843
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=lossy
A patch a n=12 wait=1
D checkout a n=1
A patch a n=12 wait=55589
A remove #47 wait=3593
