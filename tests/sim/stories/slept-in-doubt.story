// S4: the trash was emptied before a step in doubt was looked for there, after a long sleep; what it had installed was published
seed 4411
network latency=0 rate=0 job=3000
device skew=0 granularity=10000000 watcher=good
device skew=0 granularity=1 watcher=good
B replace a n=12
settle
B office a n=12
A chmod a n=493 wait=289275
A rename a b/b wait=1311
asleep n=31
A remove a wait=7852
