// S2: of two versions one was displaced, had no room to stand beside the other, and left the trash while it waited for that
seed 151
network latency=200000 rate=0 job=3000 slow=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C chmod c/b/a n=493 wait=100000
A write a n=12
A write a n=0 wait=200 call=30
C replace a n=9000 wait=100000 call=14
B write a n=0
asleep n=4 wait=5000
asleep n=4 wait=5000
C disk-full n=1384 wait=5000 call=39
asleep n=400 wait=3000000
asleep n=4 wait=5000
