// S1: a person wrote twice around an exchange: the later version came to the trash, the earlier stayed.
seed 772959
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
A replace a n=12 wait=248302 call=19
A append a n=12 call=17
B replace a n=12
A replace a n=12 wait=257870
