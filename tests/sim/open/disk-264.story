// L4: A has left 222d290958c4c7a92dd4f669f6e84be467f833869f026ceb in the staging folder
seed 264
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B replace b n=12 call=5
A fail-call ENOSPC n=20 wait=2 call=18
C write a n=12
B replace b n=12 wait=17722 call=24
B fail-call EMFILE n=9 wait=11769 call=2
A write #7 n=12 wait=13731
A checkout #57 n=4 wait=981
A drop B wait=17208
