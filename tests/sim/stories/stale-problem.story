// A file that did not fit and was then deleted elsewhere remained a problem for ever.
seed 27709
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C disk-full n=1662
B write a n=19653
B remove a wait=18930
