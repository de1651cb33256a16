// S2: the only bytes of a conflict copy were in the trash, and reading them failed, once: they were waited for until they left it
seed 37554
network latency=5000 rate=0 job=3000 slow=1
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A remove a wait=14677
B write a n=12
A write b n=12 wait=15974
A office b n=12
A checkout b n=2 wait=8048
A write b n=12
B write a n=12 wait=109266
A remove b wait=8542
A write a n=0 wait=113
B disk-free wait=41060
B fail-call EIO n=30 wait=9926
A copy-times a a/b wait=32352
