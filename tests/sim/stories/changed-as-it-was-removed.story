// S1: the process was killed as it removed a file that a person had just changed: the person's version stayed in the trash.
seed 5548
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b n=12
A write b n=12
A replace b n=12
A replace b n=12
A mkdir a wait=112488
B append b n=12
A office b n=12
B replace c n=12
A mkdir c
A replace a n=12 wait=713847
B append #14 n=12 call=19
B copy-times b a/a
A replace a n=12 wait=12458
A truncate #59 n=13 wait=15431 call=36
A rename b c wait=9739
A rename b c wait=9089
A chmod #45 n=384 wait=28633
A kill call=20
A append b n=12
A replace a n=12 wait=237848
