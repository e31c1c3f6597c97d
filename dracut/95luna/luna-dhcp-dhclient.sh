#!/bin/sh
# /luna/dhcp.sh over ISC dhclient. Sourced by luna-boot.sh.

# dhcp_start INTERFACE...: comes back with 0 as soon as one of them has a lease, not 0
# when none got one in a minute
dhcp_start() {
  dhclient -1 -sf "$LUNA_DIR/dhclient-script" -pf "$LUNA_DIR/dhclient.pid" -lf "$LUNA_DIR/dhclient.leases" "$@"
}

dhcp_stop() {
  kill "$(cat "$LUNA_DIR/dhclient.pid")"
}
