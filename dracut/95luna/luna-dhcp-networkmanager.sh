#!/bin/sh
# /luna/dhcp.sh over NetworkManager's mode for initramfs images. Sourced by luna-boot.sh.

# dhcp_start INTERFACE...: one profile each; NetworkManager ends when all are configured or have failed, and
# what it configured stays
dhcp_start() {
  profiles=/run/NetworkManager/system-connections
  mkdir -p "$profiles" /run/NetworkManager/conf.d /var/lib/NetworkManager
  for nic in "$@"; do
    # NetworkManager takes no file that others can read
    (
      umask 077
      rm -f "$profiles/luna-$nic.nmconnection"
      {
        printf '[connection]\nid=luna-%s\ntype=ethernet\ninterface-name=%s\n' "$nic" "$nic"
        printf '[ipv4]\nmethod=auto\ndhcp-timeout=45\nmay-fail=true\n[ipv6]\nmethod=auto\nmay-fail=true\n'
      } >"$profiles/luna-$nic.nmconnection"
    )
  done
  NetworkManager --configure-and-quit=initrd --no-daemon >/dev/null 2>&1
}

dhcp_stop() {
  rm -rf /run/NetworkManager
}
