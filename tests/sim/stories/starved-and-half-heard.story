// L1: who waited for bytes that nobody had did not show the other, who knew their change by its number only
seed 8284
network latency=0 rate=0 job=3000 slow=1
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A write #51 n=12 wait=14096
A backup call=21
B write #26 n=12 call=24
B symlink c
B replace c n=12 call=38
B backup call=33
A write a n=12 wait=177515 call=20
A office c n=12
B redial A
A touch a n=1800006684 wait=346914
A rewind call=12
B rewind
B write #46 n=12
A office a n=12 wait=1167662
