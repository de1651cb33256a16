// S1: the process was killed as it put another version in the place of a file that a person had just changed: the person's version stayed in the trash.
seed 13448
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A checkout c n=4
A write #1 n=12 wait=877579
B stop call=19
B checkout c n=6 wait=292707 call=13
A copy a a/b wait=172731
