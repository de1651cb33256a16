// S1: a file was read while the clock was set back: its time, now far ahead, was taken for one that no write could repeat on a coarse disk.
seed 31699
network latency=5000 rate=0 job=3000
device skew=306 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=2000000000 watcher=good
device skew=0 granularity=1 watcher=blind
C write c n=12 wait=45252 call=34
C clock-jump n=-75354 call=37
C write #8 n=12 call=17
A write c n=12
A open a wait=2207930
C chmod #35 n=493
A rename a a wait=8310
B office #0 n=12 wait=7775
A touch a n=1799992684 wait=121705
