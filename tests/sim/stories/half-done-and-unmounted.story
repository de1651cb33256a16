// A step that ended half done, as its disk went: what it had displaced was still staged, and the step
// was taken as not performed.
seed 97
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
B unmount wait=23303 call=19
A replace a n=12
A replace a n=12 wait=144752
