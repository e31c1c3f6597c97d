#!/bin/sh
# The network of the initramfs: one interface, up while the node is installed, gone afterwards. Sourced by
# luna-boot.sh. How to ask for a lease is in /luna/dhcp.sh, chosen when the initramfs was built: dhcp_start
# INTERFACE..., dhcp_stop.

# network_up: sets LUNA_BOOTIF. Comes back when the interface has its address, however long that takes.
network_up() {
  if [ "$(arg bootproto)" = dhcp ]; then
    network_by_dhcp
  else
    network_by_address || return
  fi
  export LUNA_BOOTIF
  say "network up: $LUNA_BOOTIF $(addresses_of "$LUNA_BOOTIF")"
}

network_by_address() {
  if ! mac=$(arg mac) || ! address=$(arg ip); then
    say "luna.bootproto=static needs luna.mac=MAC and luna.ip=ADDRESS/PREFIX on the kernel command line"
    return 1
  fi
  nic_is_there || say "waiting for the network interface with address $mac"
  await 0 nic_is_there
  # udev may be about to give it its final name
  udevadm settle --timeout=10
  await 0 nic_is_there
  link_up "$LUNA_BOOTIF"
  if ! add_address "$address" "$LUNA_BOOTIF"; then
    say "the address $address of luna.ip could not be given to $LUNA_BOOTIF"
    return 1
  fi
}

nic_is_there() {
  LUNA_BOOTIF=$(find_nic "$mac")
}

network_by_dhcp() {
  await 0 some_nics || :
  udevadm settle --timeout=10
  some_nics
  say "asking for an address on $nics"
  # shellcheck disable=SC2086
  until dhcp_start $nics && LUNA_BOOTIF=$(nic_with_address $nics); do
    delay=$(jittered 10)
    say "no answer from a DHCP server, next try in $delay s"
    sleep "$delay"
    some_nics
  done
}

# some_nics: sets nics to the interface with luna.mac, or without luna.mac to all that are real cards
some_nics() {
  if mac=$(arg mac); then
    nics=$(find_nic "$mac")
  else
    nics=$(real_nics)
  fi
  [ -n "$nics" ]
}

real_nics() {
  for nic in "$LUNA_SYS"/class/net/*; do
    [ -e "$nic/device" ] && printf '%s ' "${nic##*/}"
  done
  return 0
}

# nic_with_address INTERFACE...: prints the one that leads to the server, else the first that has an address
nic_with_address() {
  server=$(arg url) && server=${server#*://} && server=${server%%/*} && server=${server%:*}
  server=${server#[} server=${server%]}
  way=$(ip -o route get "$server" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  for nic in $way "$@"; do
    case " $* " in
      *" $nic "*) [ -n "$(addresses_of "$nic")" ] && printf '%s\n' "$nic" && return ;;
    esac
  done
  return 1
}

addresses_of() {
  # shellcheck disable=SC2046
  set -- $(ip -o addr show dev "$1" scope global 2>/dev/null | sed -n 's/.* inet6\{0,1\} \([^ ]*\) .*/\1/p')
  printf %s "$*"
}

# find_nic MAC: prints the name of the interface that has it
find_nic() {
  for nic in "$LUNA_SYS"/class/net/*; do
    if [ -r "$nic/address" ] && read -r has <"$nic/address" && same_address "$has" "$1"; then
      printf '%s\n' "${nic##*/}"
      return 0
    fi
  done
  return 1
}

# same_address HAS WANTED: an InfiniBand interface has 20 octets of which only the last 8, its GUID, stay the
# same from boot to boot. Firmware shows it as 20 octets, as the GUID, or as the 6 octets of an Ethernet
# address made from it.
same_address() {
  has=$(printf '%s\n' "$1" | sed y/ABCDEF/abcdef/)
  wanted=$(printf '%s\n' "$2" | sed y/ABCDEF/abcdef/)
  [ ${#wanted} = 59 ] && wanted=$(printf '%s\n' "$wanted" | cut -d: -f13-20)
  case ${#has}:${#wanted} in
    59:23) has=$(printf '%s\n' "$has" | cut -d: -f13-20) ;;
    59:17) has=$(printf '%s\n' "$has" | cut -d: -f13-15,18-20) ;;
  esac
  [ "$has" = "$wanted" ]
}

link_up() {
  nic=$1
  ip link set dev "$1" up
  has_carrier "$1" || say "waiting for the link of $1"
  # Some cards never tell: after half a minute we try our luck.
  await 30 has_carrier "$1" || :
}

has_carrier() {
  [ "$(cat "$LUNA_SYS/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

# add_address ADDRESS/PREFIX INTERFACE
add_address() {
  case $1 in
    # nobody else has this address: without nodad it cannot be used for the first second
    *:*) ip addr replace "$1" dev "$2" nodad ;;
    *) ip addr replace "$1" broadcast + dev "$2" ;;
  esac
}

# network_down: nothing of what we set stays for the system that takes over
network_down() {
  [ "$(arg bootproto)" != dhcp ] || dhcp_stop
  for nic in ${LUNA_BOOTIF:-} ${nics:-}; do
    ip addr flush dev "$nic"
    ip link set dev "$nic" down
  done
}
