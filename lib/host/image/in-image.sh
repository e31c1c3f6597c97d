#!/bin/sh
# Runs a program inside the tree of an image. chroot.ts starts this as the first process of mount and pid
# namespaces of its own, so that whatever is mounted here, and whatever the program leaves running, ends with
# it. The tree is the current directory, which nobody can exchange any more.
# usage: in-image.sh [-nr] [-w DIR] [-m DIR] [-u FILE] PLACE PROGRAM [ARGUMENT...]
# PLACE is a directory of root's own, where the tree is mounted.
#   -n       names are resolved as on this machine
#   -r       the tree cannot be written to
#   -w DIR   is /run/luna inside, and its directory tmp is /tmp; work_id is its DEVICE:INODE
#   -m DIR   holds dracut modules that the image shall have as well, over its own of the same name
#   -u FILE  is /run/luna-uname.so inside
# Where the image has what is mounted upon, with its links followed and from its root on, is in at_dev,
# at_dracut, at_proc, at_resolv, at_run, at_sys and at_tmp.
set -eu
# That of the operator must not be seen in the modes of what is installed into the image.
umask 022

main() {
  names='' read_only='' work='' modules='' library=''
  while getopts nrw:m:u: option; do
    case $option in
      n) names=yes ;;
      r) read_only=yes ;;
      w) work=$OPTARG ;;
      m) modules=$OPTARG ;;
      u) library=$OPTARG ;;
      *) exit 125 ;;
    esac
  done
  shift $((OPTIND - 1))
  root=$1
  shift
  prepare
  # Not exec: the first process of a pid namespace is deaf to signals that it does not expect.
  chroot "$root" "$@"
}

prepare() {
  mkdir -p -m 700 "$root"
  mount -c --rbind . "$root"
  at_dev=${at_dev:+$root/$at_dev} at_dracut=${at_dracut:+$root/$at_dracut} at_proc=${at_proc:+$root/$at_proc}
  at_resolv=${at_resolv:+$root/$at_resolv} at_run=${at_run:+$root/$at_run} at_sys=${at_sys:+$root/$at_sys}
  at_tmp=${at_tmp:+$root/$at_tmp}
  if [ "$read_only" ]; then mount -o remount,bind,ro "$root"; fi
  onto proc "$at_proc" && mount -t proc -o nosuid,nodev,noexec proc "$at_proc"
  onto sys "$at_sys" && mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$at_sys"
  onto dev "$at_dev" && mount --rbind /dev "$at_dev"
  onto run "$at_run" && mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs "$at_run"
  if [ "$library" ]; then cp "$library" "$at_run/luna-uname.so"; fi
  if [ "$names" ]; then resolve_names; fi
  if [ "$work" ]; then
    mkdir "$at_run/luna"
    mount --bind "$work" "$at_run/luna"
    if [ "$(stat -c %d:%i "$at_run/luna")" != "$work_id" ]; then
      echo "somebody has exchanged $work" >&2
      exit 125
    fi
    onto tmp "$at_tmp" && mount --bind "$at_run/luna/tmp" "$at_tmp"
  fi
  if [ "$modules" ]; then add_modules; fi
}

# The tree stays as it is: its modules are seen in memory, with ours among them.
add_modules() {
  onto usr/lib/dracut/modules.d "$at_dracut"
  mkdir "$at_run/modules"
  cp -a "$at_dracut/." "$at_run/modules/"
  for module in "$modules"/*/; do
    module=${module%/}
    rm -rf "$at_run/modules/${module##*/}"
    cp -R "$module" "$at_run/modules/"
  done
  chown -R 0:0 "$at_run/modules"
  mount --bind "$at_run/modules" "$at_dracut"
}

# The image's own resolv.conf is what its nodes shall have; this one is seen over it, or at the end of its
# link to /run, which is empty here.
resolve_names() {
  if ! [ -f /etc/resolv.conf ]; then return; fi
  case $at_resolv in
    "$at_run"/*)
      mkdir -p "${at_resolv%/*}"
      cat /etc/resolv.conf >"$at_resolv"
      ;;
    *) if [ -f "$at_resolv" ]; then mount --bind /etc/resolv.conf "$at_resolv"; fi ;;
  esac
}

onto() {
  if [ -d "$2" ]; then return; fi
  echo "the image has no directory /$1" >&2
  exit 125
}

main "$@"
