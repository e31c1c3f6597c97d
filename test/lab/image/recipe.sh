#!/bin/sh
# Makes the small Debian system that the lab's nodes run: TARGET/root (the tree) and TARGET/key (root's ssh
# key). Run as root, in mount and pid namespaces of its own: what is mounted here goes with them. usage:
# recipe.sh TARGET [MIRROR]
set -eu

target=$1
mirror=${2:-http://deb.debian.org/debian}
here=$(dirname "$(readlink -f "$0")")
root=$target/root

base=systemd,systemd-sysv,udev,kmod,ca-certificates,ifupdown
dracut='dracut dracut-network'
tools='curl iproute2 iputils-ping openssh-server aria2 libtorrent-rasterbar2.0 tar gzip pigz zstd attr acl libcap2-bin
  isc-dhcp-client procps login ipmitool'
# not the one for clouds, which has no IPMI
kernel=linux-image-amd64

main() {
  mkdir -p "$root/etc/dpkg/dpkg.cfg.d" "$root/etc/apt/apt.conf.d"
  cp "$here/dpkg.conf" "$root/etc/dpkg/dpkg.cfg.d/lab"
  debootstrap --variant=minbase --include="$base" bookworm "$root" "$mirror"
  install_packages
  trim
  configure
  mark
  make_key
}

in_root() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
    chroot "$root" "$@"
}

install_packages() {
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount --rbind /dev "$root/dev"
  # what the machine had to be told to reach its mirror, the image has to be told as well
  apt-config dump Acquire >"$root/etc/apt/apt.conf.d/00lab"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  cp /etc/hosts "$root/etc/hosts"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  in_root apt-get update -q
  # one after the other: together apt would choose initramfs-tools for the kernel, which dracut conflicts with
  for list in "$dracut" "$tools" "$kernel"; do
    # shellcheck disable=SC2086 # lists of words
    in_root apt-get install -q -y --no-install-recommends $list
  done
  rm "$root/usr/sbin/policy-rc.d" "$root/etc/apt/apt.conf.d/00lab"
  umount -R "$root"
}

# Under emulation every megabyte costs: what neither booting nor looking around needs goes.
trim() {
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/cache/debconf/*-old "$root"/var/log/*.log \
    "$root"/var/log/apt "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* \
    "$root"/usr/share/i18n/locales/* "$root"/usr/share/info/* "$root"/usr/share/lintian "$root"/usr/share/bug \
    "$root"/usr/share/perl "$root"/usr/lib/x86_64-linux-gnu/gconv "$root"/usr/share/misc/* \
    "$root"/boot/initrd* "$root"/initrd.img* "$root"/vmlinuz* "$root"/boot/System.map* "$root"/usr/lib/udev/hwdb.* \
    "$root"/usr/lib/x86_64-linux-gnu/perl-base/unicore
  # 28 of its 30 MB are tables of character sets that nobody here converts; aria2 only has to find the library
  dd if=/dev/zero of="$(echo "$root"/usr/lib/x86_64-linux-gnu/libicudata.so.*.*)" bs=1M seek=1 count=28 conv=notrunc
  find "$root/usr/share/zoneinfo" -mindepth 1 -maxdepth 1 ! -name UTC ! -name Etc -exec rm -rf {} +
  for modules in "$root"/lib/modules/*; do
    keep_modules "$modules/kernel"
    chroot "$root" depmod "${modules##*/}"
  done
}

# keep_modules FOLDER: what an emulated machine has, and what the initramfs and systemd ask for
keep_modules() {
  find "$1" -name '*.ko' | while read -r module; do
    case ${module#"$1"/} in
      drivers/virtio/* | drivers/net/virtio_net.ko | drivers/net/net_failover.ko | net/core/failover.ko) ;;
      drivers/char/ipmi/* | drivers/char/hw_random/* | drivers/input/* | drivers/acpi/* | drivers/ata/* | drivers/cdrom/*) ;;
      net/packet/* | net/unix/* | fs/autofs/* | fs/fuse/* | fs/overlayfs/* | fs/ext4/* | fs/jbd2/* | fs/mbcache.ko) ;;
      fs/configfs/* | fs/efivarfs/* | fs/pstore/* | drivers/block/loop.ko | drivers/firmware/* | lib/*) ;;
      *) rm "$module" ;;
    esac
  done
}

configure() {
  cp -r "$here/files/." "$root/"
  chmod 755 "$root"/usr/local/sbin/lab-*
  : >"$root/etc/machine-id"
  printf 'localhost\n' >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
  : >"$root/etc/resolv.conf"
  in_root passwd -d root
  in_root systemctl disable ssh.service
  in_root systemctl enable ssh.socket lab-ask.service
  in_root systemctl mask systemd-logind.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service systemd-hwdb-update.service \
    systemd-pstore.service getty@tty1.service
}

# Things that a careless copy loses; the boot tests look for them on the node.
mark() {
  in_root sh -eu <<'IN_ROOT'
mkdir /srv/marks
cd /srv/marks
echo 'only user 4711 may read this' >acl
chmod 600 acl
setfacl -m u:4711:r acl
cp /bin/true capable
setcap cap_net_raw+ep capable
ln acl hard-link
ln -s 'no such file' 'dangling link'
truncate -s 1M sparse
echo name >"a \"name\" with 'quotes' and ümlaut"
IN_ROOT
}

make_key() {
  in_root sh -eu <<'IN_ROOT'
mkdir -p -m 700 /root/.ssh
ssh-keygen -q -t ed25519 -N '' -C luna-lab -f /root/.ssh/key
install -m 600 /root/.ssh/key.pub /root/.ssh/authorized_keys
rm /root/.ssh/key.pub
IN_ROOT
  mv "$root/root/.ssh/key" "$target/key"
}

main
