// What a person wrote within one grain of a coarse disk was displaced as what had been read.
seed 16
network latency=0 rate=0 job=3000
device skew=0 granularity=2000000000 watcher=good
device skew=0 granularity=1 watcher=blind
A power-loss
A replace a n=12
A write a n=12 wait=1811976
A replace a n=12
B mkdir b
B replace c n=12
A write c n=12 wait=364760
A write a n=12
A fail-call EIO n=24
B fail-call EMFILE n=2 wait=292313
A write c n=12
