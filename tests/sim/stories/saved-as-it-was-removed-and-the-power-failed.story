// S1: what a person saved as the file was removed stays in the trash if the power fails before that is seen
seed 3220
network latency=5000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A office b n=12
A write a n=12 wait=175754 call=9
A drop B
B office b n=12 call=40
A write a n=12
B replace a n=12
A power-loss wait=155530
B power-loss call=35
B write a n=12
B remove a wait=2231868
A remove b
A office a n=12 wait=152972
