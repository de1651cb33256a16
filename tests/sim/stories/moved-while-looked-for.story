// R2: bytes were looked for as they went to the trash, and asked of a peer before that was recorded.
seed 282516
network latency=200000 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B checkout b n=6 wait=5541
A write b n=12
settle
A rename #25 a
