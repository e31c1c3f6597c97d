#!/bin/sh
# What the acting pieces of the initramfs share: talking, arguments, delays. Sourced, never run.

LUNA_DIR=${LUNA_DIR:-/luna}
LUNA_SYS=${LUNA_SYS:-/sys}

# say TEXT...: one line for whoever watches the console; every line of Luna's starts with "luna: "
say() {
  printf 'luna: %s\n' "$*"
}

# arg NAME: prints what the kernel command line said for luna.NAME; fails when it said nothing usable
arg() {
  [ -r "$LUNA_DIR/args/$1" ] && cat "$LUNA_DIR/args/$1"
}

# jittered SECONDS: prints SECONDS give or take 30 %, so that a room that was switched on
# at once does not ask at once
jittered() {
  # the first 32 bits of a random UUID: not every initramfs has a program that makes a number of /dev/urandom
  read -r random </proc/sys/kernel/random/uuid
  tenths=$(($1 * 7 + 0x${random%%-*} % ($1 * 6 + 1)))
  printf '%s\n' "$((tenths / 10)).$((tenths % 10))"
}

# await SECONDS COMMAND...: runs COMMAND now and after every change of a network link until it succeeds.
# Gives up after SECONDS; 0 means never.
await() {
  limit=$1
  shift
  "$@" && return
  links=$LUNA_DIR/links.$$
  mkfifo "$links"
  # The tick covers a change that happened before the monitor listened, and counts the time.
  {
    ip -o monitor link &
    while sleep 1; do echo tick; done
  } >"$links" 2>/dev/null &
  watching=$!
  await_event "$@" <"$links"
  awaited=$?
  kill_children "$watching"
  kill "$watching" 2>/dev/null
  rm -f "$links"
  return "$awaited"
}

await_event() {
  passed=0
  until "$@"; do
    read -r event || return 1
    [ "$event" = tick ] && passed=$((passed + 1))
    [ "$limit" = 0 ] || [ "$passed" -lt "$limit" ] || return 1
  done
}

# kill_children PID [SIGNAL]
kill_children() {
  read -r children 2>/dev/null <"/proc/$1/task/$1/children" || :
  for child in ${children:-}; do
    kill "-${2:-TERM}" "$child" 2>/dev/null
  done
  return 0
}

# kill_program PATH: ends every process that runs the program of that path
kill_program() {
  for process in /proc/[0-9]*; do
    # no process per process: that takes seconds on a slow machine
    # shellcheck disable=SC3013 # dash, bash and busybox know it, and so does POSIX since 2024
    [ "$process/exe" -ef "$1" ] && kill "${process#/proc/}" 2>/dev/null
  done
  return 0
}
