// R3: a person was first where the same bytes came for the second time: what was staged of them was cleaned away.
seed 799986
network latency=1000 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace b n=7063 wait=2491449
B write b n=12 wait=2045
A rename #11 b wait=714879
A write c/b/b n=12 wait=19892
B write #48 n=5948 wait=5828
