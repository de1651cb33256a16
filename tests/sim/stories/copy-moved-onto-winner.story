// A conflict copy moved onto its file, in the moment in which its version had become the winner there:
// its going from where it was ended that version everywhere.
seed 30750
network latency=0 rate=0 job=0
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
device skew=0 granularity=1 watcher=good
C replace b n=12 call=7
A replace b n=12
A rename #15 b wait=99552
C rename b a
