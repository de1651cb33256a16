// S1: what an exchange had displaced could not be looked at once, and a person wrote meanwhile: the older of the two was put at the path
seed 8508
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write b n=12
D fail-call EIO n=18 wait=14707
D write b n=12 call=19
A append b n=12
B disk-free wait=131004
