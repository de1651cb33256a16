// A conflict copy moved onto its file, before the winner was there, was taken for the end of
// that version: it was lost.
seed 11317
network latency=200000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A office a n=12 wait=217047
B symlink a
A copy a b/c/b wait=202713
B swap-in a #63
