#!/bin/sh
# Runs a program that can write below the current directory and nowhere else, links and races whatever they
# are: in a mount namespace of its own (unshare(1)), where all else is read-only.
# usage: onto-tree.sh PLACE PROGRAM [ARGUMENT...]
# PLACE is a directory of root's own, where the program finds the current directory.
set -eu

main() {
  place=$1
  shift
  mkdir -p -m 700 "$place"
  mount -c --rbind . "$place"
  while read -r _ _ _ _ at _; do
    at=$(printf '%b' "$at")
    case $at in
      "$place" | "$place"/*) ;;
      *) mount -c -o remount,bind,ro "$at" 2>/dev/null || refuse_writable "$at" ;;
    esac
  done </proc/self/mountinfo
  cd "$place"
  exec "$@"
}

# What is hidden below another mount cannot be mounted anew, nor be reached.
refuse_writable() {
  if [ -d "$1" ] && [ -w "$1" ] && mountpoint -q "$1" && touch -c "$1/." 2>/dev/null; then
    echo "$1 cannot be made read-only for the while" >&2
    exit 125
  fi
}

main "$@"
