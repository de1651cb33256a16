// The timer of a state that found no room fired without end.
seed 851
network latency=1000 rate=0 job=3000 slow=1
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write c n=144293 wait=123249
C write a n=12 wait=672650
B write a/b/b n=3299 wait=7013 call=22
