#!/bin/sh
# /luna/dhcp.sh of an image that had no DHCP client when its initramfs was built. Sourced by luna-boot.sh.

dhcp_start() {
  say "luna.bootproto=dhcp, but the image had no dhclient, systemd-networkd or NetworkManager when it was packed"
  return 1
}

dhcp_stop() {
  :
}
