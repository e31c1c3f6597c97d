#!/bin/sh
# /luna/dhcp.sh over systemd-networkd. Sourced by luna-boot.sh.

# dhcp_start INTERFACE...: comes back with 0 as soon as one of them has a lease, not 0 when none got one in a minute
dhcp_start() {
  mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
  printf '[Match]\nName=%s\n[Network]\nDHCP=yes\n[DHCPv4]\nUseHostname=no\n' "$*" >/run/systemd/network/10-luna.network
  if [ -d /run/systemd/system ]; then
    systemctl restart systemd-networkd.service
  elif [ -z "${networkd:-}" ]; then
    chown -R systemd-network:systemd-network /run/systemd/netif
    /usr/lib/systemd/systemd-networkd >/dev/null 2>&1 &
    networkd=$!
  fi
  /usr/lib/systemd/systemd-networkd-wait-online --any --operational-state=routable:routable --timeout=60
}

dhcp_stop() {
  rm -f /run/systemd/network/10-luna.network
  if [ -d /run/systemd/system ]; then
    systemctl stop systemd-networkd.service systemd-networkd.socket
  else
    kill "$networkd"
  fi
}
