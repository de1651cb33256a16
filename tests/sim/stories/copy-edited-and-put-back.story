// S1, wrongly: a conflict copy was edited and put back, and edited elsewhere, which is an edit of what was put back
seed 43604
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
A replace c n=12
B replace c n=12
A write a n=12 wait=46397
A replace #53 n=12
A unmount
B backup
B replace #3 n=12
A rename a c wait=195417
B restore-files
