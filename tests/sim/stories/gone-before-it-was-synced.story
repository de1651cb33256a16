// a file that its program had not synced was gone after a power failure, and was removed everywhere
seed 178
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good late=1
device skew=0 granularity=1 watcher=good
A remove a wait=2
A replace a n=12
A write b n=12
A power-loss wait=292602
