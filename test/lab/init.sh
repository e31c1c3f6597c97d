#!/bin/sh
# The first process of the lab's pid namespace: runs one command, hands SIGTERM on to it, and reaps what
# daemons leave behind. When it ends the kernel ends everything else in the namespace, and unmounts and
# removes what was the lab's.
exec 3<&0
"$@" <&3 3<&- &
child=$!
exec 3<&-
trap 'kill -TERM "$child"' TERM
while :; do
  wait "$child"
  status=$?
  # a signal interrupts the wait, not the child
  kill -0 "$child" 2>/dev/null || exit "$status"
done
