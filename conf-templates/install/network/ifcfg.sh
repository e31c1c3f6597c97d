# shellcheck shell=bash
# Part of the install script: EL up to 8 and all others that read ifcfg files. They get
# the operator's text as it is.

begin_ifcfg() {
  inside "$root" /etc/sysconfig/network-scripts
  scripts=$place
  mkdir -p "$scripts"
}

write_ifcfg() {
  local route
  cp "$1" "$scripts/${1##*/}"
  ifcfg_note
  # "ip route" and "ip -6 route" read a file each
  rm -f "$scripts/route-$dev" "$scripts/route6-$dev"
  for route in ${routes+"${routes[@]}"}; do
    if of_family ipv6 "$route"; then
      ifcfg_route >>"$scripts/route6-$dev"
    else
      ifcfg_route >>"$scripts/route-$dev"
    fi
  done
}

ifcfg_route() {
  printf '%s via %s dev %s%s\n' "${route% *}" "${route#* }" "$dev" "$(on_link "${route#* }")"
}

# ifcfg_note: what others see by the name, the options or the members, initscripts want to be told; and they
# have no word for a gateway that is on the link
ifcfg_note() {
  local key=''
  case $kind:${cfg[TYPE]:-}:${cfg[BONDING_OPTS]:-}${cfg[BONDING_MASTER]:-} in
    bond:Bond:* | bond:*:?* | bridge:Bridge:*) ;;
    bond:*) key=BONDING_OPTS ;;
    bridge:*) key='TYPE=Bridge' ;;
    vlan:*) [ "${cfg[VLAN]:-}" = yes ] || key='VLAN=yes' ;;
  esac
  if [ -n "$key" ]; then
    without_effect+=("DEVICE (initscripts want $key for a $kind)")
  fi
  if [ -n "$gateway4" ] && [ "$dhcp" != yes ] && is_beyond "$gateway4"; then
    without_effect+=("GATEWAY (initscripts want it in the network of an address)")
  fi
  if [ -n "$master" ] && [ "${cfg[SLAVE]:-}" != yes ]; then
    without_effect+=('MASTER (initscripts want SLAVE=yes beside it)')
  fi
}
