// P1: a device that had given up a question of an audit asked the next before it was answered
seed 84
network latency=5000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A open b/a/b wait=100000 call=32
B replace a n=12
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=4 wait=5000
asleep n=400 wait=200
