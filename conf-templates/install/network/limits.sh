# shellcheck shell=bash
# Part of the install script: what the kernel refuses of interfaces that stand on each other, and of gateways.

# is_link_name NAME: IFNAMSIZ of the kernel; others are files and settings of its own, or a number to systemd
is_link_name() {
  case $1 in
    all | default | bonding_masters) return 1 ;;
    *[!0-9]*) [ "${#1}" -le 15 ] ;;
    *) return 1 ;;
  esac
}

# settle_name: an alias is a label, which only ifup gives to the kernel
settle_name() {
  local name=$dev
  case $way in
    ifcfg | ifupdown) ;;
    *) name=${dev%%:*} ;;
  esac
  if ! is_link_name "$name"; then
    without_effect+=("DEVICE (the kernel has no such names, and 15 characters at most)")
  elif [ -n "${twin_of[$dev]:-}" ]; then
    without_effect+=("VLAN (${twin_of[$dev]} has number $vlan_id on $vlan_parent)")
  elif [ "$kind" = vlan ] && ! is_usable "$dev"; then
    without_effect+=("VLAN (it needs a number from 0 to 4094 and a parent that is usable)")
  fi
}

# settle_mtu: a member of a bond has the MTU of the bond, a VLAN one up to that of its parent (the kernel says
# ERANGE), and what a bridge has longer than a port takes is lost
settle_mtu() {
  local upper=${controller_of[$dev]:-/} reason
  find_mtu "$dev"
  if [ -z "$mtu" ] || [ "$mtu" = "$found_mtu" ] || [ "$kind" = infiniband ]; then
    return 0
  fi
  case ${kind_of[$upper]:-}:$kind in
    bond:*) reason="$upper has $found_mtu for its members" ;;
    *:vlan) reason="$vlan_parent has $found_mtu" ;;
    *) reason="a port has $found_mtu" ;;
  esac
  drop "$reason" MTU && mtu=''
}

# find_mtu DEV: sets found_mtu to what the kernel makes of the MTU of DEV, 1500 where none is given
find_mtu() {
  local upper=${controller_of[$1]:-/} own=${mtu_of[$1]:-} most='' name
  if [ "${kind_of[$upper]:-}" = bond ]; then
    find_mtu "$upper"
    return 0
  fi
  case ${kind_of[$1]:-} in
    vlan | bridge)
      for name in ${lowers_of[$1]:-}; do
        find_mtu "$name"
        if [ -z "$most" ] || ((found_mtu < most)); then
          most=$found_mtu
        fi
      done
      ;;
  esac
  found_mtu=${own:-${most:-1500}}
  if [ -n "$most" ] && ((found_mtu > most)); then
    found_mtu=$most
  fi
}

# wants_ipv6: systemd-networkd does unless it is told not to
wants_ipv6() {
  case $way:$ipv6:$master$bridge in
    networkd:no:* | netplan:no:*) return 1 ;;
    networkd:*: | netplan:*:) return 0 ;;
  esac
  [ "${#addresses6[@]}" -gt 0 ] || [ "$dhcp6" = yes ] || [ "$autoconf" = yes ]
}

# settle_gateways: the kernel takes no route by way of the interface itself, or of no host
settle_gateways() {
  local route fault kept=()
  if [ -n "$gateway4" ] && ! is_way "$gateway4"; then
    drop "$fault" GATEWAY && gateway4=''
  fi
  if [ -n "$gateway6" ] && ! is_way "$gateway6"; then
    drop "$fault" IPV6_DEFAULTGW && gateway6=''
  fi
  for route in ${routes+"${routes[@]}"}; do
    if is_way "${route#* }"; then
      kept+=("$route")
    else
      without_effect+=("ROUTES ($fault: $route)")
    fi
  done
  routes=(${kept+"${kept[@]}"})
}

# is_way GATEWAY: sets fault where it is none
is_way() {
  local each_address length=128
  [[ $1 == *:* ]] || length=32
  for each_address in ${addresses4+"${addresses4[@]}"} ${addresses6+"${addresses6[@]}"}; do
    fault="$1 is $dev itself"
    in_network "$1" "${each_address%/*}/$length" && return 1
    fault="no host of $each_address has it"
    in_network "$1" "$each_address" && is_edge "$1/${each_address##*/}" && return 1
  done
  return 0
}

# is_beyond GATEWAY: no network of the interface has it, so that it is on the link has to be said
is_beyond() {
  local each_address
  [[ ${1,,} != fe[89ab]?:* ]] || return 1
  for each_address in ${addresses4+"${addresses4[@]}"} ${addresses6+"${addresses6[@]}"}; do
    ! in_network "$1" "$each_address" || return 1
  done
}

# on_link GATEWAY: prints the word of ip-route(8) for that
on_link() {
  if is_beyond "$1"; then
    printf ' onlink'
  fi
}
