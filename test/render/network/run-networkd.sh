#!/bin/sh
# Has systemd-networkd read the files below a root, in namespaces of its own, and prints what it logs until it
# knows all links. usage: unshare -mn --propagation private run-networkd.sh ROOT [LINK...], each LINK a veth
# that is there.
root=$1
shift
mount -t tmpfs tmpfs /run
# a file system for system files that are only read tells networkd not to wait for udev
mount -t sysfs -o ro sysfs /sys
mount --bind "$root/etc/systemd/network" /etc/systemd/network
for link in "$@"; do
  ip link add "$link" type veth peer name "peer-$link"
  ip link set "peer-$link" up
done
mkdir -p /run/systemd
export SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_COLOR=0
/lib/systemd/systemd-networkd >/run/log 2>&1 &
networkd=$!
tries=0
until grep -q 'Enumeration completed' /run/log || [ $tries -ge 200 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
kill $networkd
wait $networkd
cat /run/log
