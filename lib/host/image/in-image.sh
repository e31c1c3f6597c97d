#!/bin/sh
# Runs a program inside the tree of an image. chroot.ts starts this as the first process of mount and pid
# namespaces of its own, so that whatever is mounted here, and whatever the program leaves running, ends with
# it. usage: in-image.sh [-nr] [-w DIR] [-m DIR] [-u FILE] ROOT PROGRAM [ARGUMENT...]
#   -n       names are resolved as on this machine
#   -r       the tree cannot be written to
#   -w DIR   is /run/luna inside, and its directory tmp is /tmp
#   -m DIR   holds dracut modules that the image shall have as well, over its own of the same name
#   -u FILE  is /run/luna-uname.so inside
set -eu

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
  mount --rbind "$root" "$root"
  if [ "$read_only" ]; then mount -o remount,bind,ro "$root"; fi
  onto proc && mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
  onto sys && mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
  onto dev && mount --rbind /dev "$root/dev"
  onto run && mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs "$root/run"
  if [ "$library" ]; then cp "$library" "$root/run/luna-uname.so"; fi
  if [ "$names" ]; then resolve_names; fi
  if [ "$work" ]; then
    mkdir "$root/run/luna"
    mount --bind "$work" "$root/run/luna"
    onto tmp && mount --bind "$work/tmp" "$root/tmp"
  fi
  if [ "$modules" ]; then add_modules; fi
}

# The tree stays as it is: its modules are seen in memory, with ours among them.
add_modules() {
  there=usr/lib/dracut/modules.d
  onto "$there"
  mkdir "$root/run/modules"
  cp -a "$root/$there/." "$root/run/modules/"
  for module in "$modules"/*/; do
    module=${module%/}
    rm -rf "$root/run/modules/${module##*/}"
    cp -R "$module" "$root/run/modules/"
  done
  chown -R 0:0 "$root/run/modules"
  mount --bind "$root/run/modules" "$root/$there"
}

# The image's own resolv.conf is what its nodes shall have; this one is seen over it, or
# at the end of its link to /run.
resolve_names() {
  if ! [ -f /etc/resolv.conf ] || ! onto etc; then return; fi
  if [ -L "$root/etc/resolv.conf" ]; then
    target=$(readlink "$root/etc/resolv.conf")
    case $target in
      *..*..* | *[!./]*/../*) ;;
      /run/* | ../run/*)
        target=$root/run/${target#*run/}
        mkdir -p "${target%/*}"
        cat /etc/resolv.conf >"$target"
        ;;
    esac
  elif [ -f "$root/etc/resolv.conf" ]; then
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
  fi
}

# A link here could lead out of the tree.
onto() {
  if [ -d "$root/$1" ] && [ ! -L "$root/$1" ]; then return; fi
  echo "the image has no directory /$1" >&2
  exit 125
}

main "$@"
