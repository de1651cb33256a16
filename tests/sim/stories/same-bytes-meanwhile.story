// A step that failed was taken as performed, as a person had put the same bytes there: what they
// replaced was superseded by nobody, and on no disk.
seed 371
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b n=12
A drop B wait=13393
A write a n=12 wait=298579
C rename b a call=1
A write a n=12 call=14
A rename b a call=17
A write a n=12 wait=165828

