// S1: a file that a person moved to where the same version was about to go went with it
seed 18703
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A symlink z wait=5
A swap-in c z call=10
B remove #12 call=28
B write c n=12 wait=18506
A remove a wait=231890
A rename #7 c
