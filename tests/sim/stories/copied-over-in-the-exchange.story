// S1: a file that was copied over with its time, between the last look at it and its exchange, went to the trash unread
seed 8107
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A checkout c n=4
A copy-times #3 b
A checkout c/a n=6
B copy-times #15 b wait=6868 call=18
A rename #34 b
A remove #25 wait=194136
