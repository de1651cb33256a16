// L1: a file that was copied over with its time right after it had come, to equal length, was not looked at again
seed 66295
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A checkout a n=5
A copy-times #37 b
A rename a a wait=137311
A copy-times #47 b call=20
B copy-times #10 b
A cut D wait=218310

