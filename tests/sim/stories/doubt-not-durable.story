// A step that a killed process left was believed before it was durable: the power went, and what
// was there before was taken for a person's edit.
seed 629
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A symlink a
B kill wait=42704 call=17
A replace a n=12
A kill wait=2437350
B power-loss
