#!/bin/bash
# dracut module "luna": the node's side of a network installation. In an image only when asked for (--add
# luna). Works with dracut 033 (EL7) and later, with and without systemd in the initramfs.

# shellcheck disable=SC2154  # moddir, initdir, systemdutildir come from dracut

check() {
  return 255
}

depends() {
  echo base udev-rules
}

installkernel() {
  # The image is packed on one machine and boots on others: what this machine has does not matter.
  hostonly='' instmods \
    '=drivers/net/ethernet' '=drivers/net/phy' '=drivers/net/mdio' '=drivers/net/hyperv' '=drivers/net/usb' \
    virtio_net virtio_pci vmxnet3 xen-netfront e1000 e1000e af_packet ipv6 bonding 8021q \
    ib_ipoib mlx4_ib mlx5_ib hfi1 ib_qib \
    ipmi_devintf ipmi_si ipmi_ssif ipmi_msghandler
}

install() {
  # what the scripts of Luna call
  inst_multiple bash curl ip tar gzip cat chown chroot cp cut grep head kill ln ls mkdir mkfifo modprobe mount mv \
    readlink rm sed setsid sha1sum sleep tail udevadm umount
  # what works better with it, and what scripts of operators are likely to call
  inst_multiple -o pigz zstd xz ipmitool chmod mknod od rmdir sha256sum stat timeout touch tr \
    awk blkid blockdev cmp date dd df dmesg du efibootmgr find free getcap getfattr id less lsblk lsmod lspci \
    mdadm mkfs.ext3 mkfs.ext4 mkfs.vfat mkfs.xfs mkfs.btrfs mke2fs mkswap mountpoint parted partprobe ping ps reboot \
    resize2fs setcap setfattr sfdisk sgdisk sort swapon sync tune2fs uname vi wc wipefs xfs_growfs \
    /etc/mke2fs.conf /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt
  install_pieces
  install_client
  install_dhcp
  install_sshd
  # Without this the hooks run before any device exists; and "luna" is no device that systemd could mount.
  if type dracut_need_initqueue >/dev/null 2>&1; then
    dracut_need_initqueue
  fi
  if dracut_module_included systemd; then
    inst_script "$moddir/luna-generator.sh" "$systemdutildir/system-generators/luna-generator"
    chmod 755 "$initdir$systemdutildir/system-generators/luna-generator"
  fi
  # The names of the interfaces have to be those that the installed system will use.
  inst_rules 75-net-description.rules 80-net-setup-link.rules 80-net-name-slot.rules 60-net.rules
  inst_multiple -o /usr/lib/systemd/network/99-default.link /lib/systemd/network/99-default.link
}

install_pieces() {
  local piece
  for piece in lib args net shell; do
    inst_simple "$moddir/luna-$piece.sh" "/luna/$piece.sh"
  done
  inst_script "$moddir/luna-boot.sh" /luna/boot
  chmod 755 "$initdir/luna/boot"
  inst_hook cmdline 95 "$moddir/luna-cmdline.sh"
  inst_hook pre-mount 95 "$moddir/luna-pre-mount.sh"
}

# What ltorrent-client downloads with: libtorrent where the image has it, by the program that the image
# compiles, or that comes with the module; else aria2, whose libraries are half of an initramfs; else curl.
install_client() {
  local program programs=("$moddir"/ltorrent-swarm-*-"$(uname -m)")
  inst_script "$moddir/ltorrent-client" /luna/ltorrent-client
  chmod 755 "$initdir/luna/ltorrent-client"
  # a dracut without a folder for that is older than libtorrent 2.0
  if [[ -n ${DRACUT_TMPDIR:-} ]]; then
    compile_client "$DRACUT_TMPDIR/ltorrent-swarm"
    programs=("$DRACUT_TMPDIR/ltorrent-swarm" "${programs[@]}")
  fi
  for program in "${programs[@]}"; do
    if runs "$program"; then
      inst_binary "$program" /luna/ltorrent-swarm
      return 0
    fi
  done
  inst_multiple -o aria2c
}

# runs PROGRAM: it says how it is used, with status 2, where it finds the libraries that it was compiled for
runs() {
  local status=0
  "$1" >/dev/null 2>&1 || status=$?
  [[ $status == 2 ]]
}

compile_client() {
  local compiler=${CXX:-c++}
  type -P "$compiler" >/dev/null || return 0
  "$compiler" -std=c++17 -O2 -o "$1" "$moddir/ltorrent-swarm.cc" -ltorrent-rasterbar -Wl,-z,now >/dev/null 2>&1 ||
    dinfo "luna: no client over libtorrent: the image has a compiler, and not what libtorrent is compiled with"
}

# The client of luna.bootproto=dhcp is the first of these that the image has.
install_dhcp() {
  local client=none
  if type -P dhclient >/dev/null; then
    client=dhclient
    inst_multiple dhclient
    inst_script "$moddir/dhclient-script" /luna/dhclient-script
    chmod 755 "$initdir/luna/dhclient-script"
  elif [[ -x /usr/lib/systemd/systemd-networkd ]]; then
    client=networkd
    install_networkd
  elif type -P NetworkManager >/dev/null; then
    client=networkmanager
    install_networkmanager
  else
    dwarn "luna: no DHCP client in this image, luna.bootproto=dhcp will not work"
  fi
  inst_simple "$moddir/luna-dhcp-$client.sh" /luna/dhcp.sh
}

install_networkd() {
  inst_multiple /usr/lib/systemd/systemd-networkd /usr/lib/systemd/systemd-networkd-wait-online
  inst_multiple -o networkctl /lib/systemd/system/systemd-networkd.service /lib/systemd/system/systemd-networkd.socket \
    /usr/lib/systemd/system/systemd-networkd.service /usr/lib/systemd/system/systemd-networkd.socket
  install_user systemd-network
}

install_networkmanager() {
  inst_multiple NetworkManager
  inst_multiple -o /etc/NetworkManager/NetworkManager.conf '/usr/lib/NetworkManager/conf.d/*.conf' \
    /usr/lib/*/NetworkManager/*/libnm-device-plugin-*.so
}

# sshd lets in who may log in as root on the installed node. Its host key is made at each boot:
# everybody who can reach the server can have this file, so no secret of the image may be in it.
install_sshd() {
  local sshd
  sshd=$(type -P sshd) || return 0
  if ! type -P ssh-keygen >/dev/null || [[ ! -r /root/.ssh/authorized_keys ]]; then
    dwarn "luna: no sshd in the initramfs: it needs ssh-keygen and /root/.ssh/authorized_keys in this image"
    return 0
  fi
  inst_multiple "$sshd" ssh-keygen /root/.ssh/authorized_keys
  inst_multiple -o /usr/libexec/openssh/sshd-session /usr/libexec/openssh/sshd-auth \
    /usr/lib/openssh/sshd-session /usr/lib/openssh/sshd-auth
  chmod 700 "$initdir/root" "$initdir/root/.ssh"
  chmod 600 "$initdir/root/.ssh/authorized_keys"
  install_user root
  install_user sshd
  mkdir -p "$initdir$(getent passwd sshd | cut -d: -f6)"
  printf '%s\n' 'HostKey /luna/ssh_host_key' 'AuthorizedKeysFile /root/.ssh/authorized_keys' \
    'PermitRootLogin without-password' 'PasswordAuthentication no' 'UsePAM no' 'UseDNS no' 'PidFile /luna/sshd.pid' \
    'Subsystem sftp internal-sftp' >"$initdir/luna/sshd_config"
  printf '%s\n' "$sshd" >"$initdir/luna/sshd"
}

# install_user NAME: the user and its group, without the password
install_user() {
  local database
  for database in passwd group; do
    if ! grep -qs "^$1:" "$initdir/etc/$database"; then
      getent "$database" "$1" >>"$initdir/etc/$database"
    fi
  done
  return 0
}
