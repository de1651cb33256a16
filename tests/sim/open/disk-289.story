// L4: E has left b0ee1c4f29b282cf01010746ede59bb7c3128f2bcd4447a3 in the staging folder
seed 289
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
B disk-full n=1950
E fail-call EIO n=27 wait=5
E write a n=4335
E disk-full n=371
A office a n=12
B office b n=12
A write b n=12 wait=192541
