// S1: an installation that was cut short had taken a version along, and its path had a later one
seed 594
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace a n=12
A power-loss wait=142387 call=25
A office a n=12 call=21
A chmod a n=384
B replace a n=12 wait=19928
A write a n=12 wait=233988
