// Whoever slept while a job emptied the trash asked for another one besides.
seed 677
network latency=0 rate=0 job=3000
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
asleep n=400 wait=4162
