#!/bin/sh
# /luna/dhcp.sh over systemd-networkd. Sourced by luna-boot.sh.

# dhcp_start INTERFACE...: comes back with 0 as soon as one of them has a lease, not 0
# when none got one in a minute
dhcp_start() {
  mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
  # The server knows the card by its MAC. networkd wants an identity of the machine all the same.
  printf '[Match]\nName=%s\n[Network]\nDHCP=yes\n[DHCPv4]\nUseHostname=no\nClientIdentifier=mac\n' "$*" \
    >/run/systemd/network/10-luna.network
  [ -s /etc/machine-id ] || sed s/-//g /proc/sys/kernel/random/uuid >/etc/machine-id
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
