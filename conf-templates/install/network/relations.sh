# shellcheck shell=bash
# Part of the install script: which interfaces stand on which others. A bond and a bridge stand on their
# members, a VLAN on its parent; nothing stands on itself, since some readers take no file at all then.

# read_relations DIRECTORY: sets kind_of, lowers_of and controller_of of each interface, vlans_of of those
# with VLANs, primary_of and mode_of of bonds, mtu_of where one is given, twin_of of VLANs that are there
# already, and alias_addresses of those with aliases (ETH0:1)
declare -A file_of kind_of lowers_of controller_of vlans_of primary_of mode_of number_of twin_of mtu_of onboot_of
declare -A alias_addresses called vlan_at
read_relations() {
  local file pair wanted=()
  file_of=() kind_of=() lowers_of=() controller_of=() vlans_of=() primary_of=() mode_of=() number_of=() twin_of=()
  mtu_of=() onboot_of=() alias_addresses=() called=() vlan_at=()
  for file in "$1"/ifcfg-*; do
    if [ -e "$file" ]; then
      read_interface "$file"
      if [ -z "${file_of[$dev]:-}" ]; then
        file_of[$dev]=$file
        call_file "$dev"
        note_relations
      fi
    fi
  done
  for pair in ${wanted+"${wanted[@]}"}; do
    # shellcheck disable=SC2086  # three words
    join $pair
  done
}

note_relations() {
  if [[ $dev == *:* ]]; then
    alias_addresses[${dev%%:*}]+="${addresses4[*]} ${addresses6[*]} "
    return 0
  fi
  kind_of[$dev]=$kind onboot_of[$dev]=$onboot mtu_of[$dev]=$mtu
  if [ "$kind" = vlan ]; then
    note_vlan
  elif [ "$kind" = bond ]; then
    find_bond_option primary || :
    primary_of[$dev]=$found
    find_bond_option mode || :
    mode_of[$dev]=$found
  fi
  if [ -n "$master" ]; then
    wanted+=("$dev $master bond")
  elif [ -n "$bridge" ]; then
    wanted+=("$dev $bridge bridge")
  fi
}

# note_vlan: the kernel has each number once on a parent, for the first that is brought up
note_vlan() {
  local place=$vlan_parent/$vlan_id
  number_of[$dev]=$vlan_id
  if [ -n "${vlan_at[$place]:-}" ]; then
    twin_of[$dev]=${vlan_at[$place]}
  elif [ -n "$vlan_id" ] && [ -n "$vlan_parent" ] && is_link_name "$dev" && stand "$dev" "$vlan_parent"; then
    vlans_of[$vlan_parent]+="$dev " vlan_at[$place]=$dev
  fi
}

# call_file DEV: sets file_name to the name of files of that interface, in letters that all readers take;
# ETH1.5 and ETH1_5 have one each
call_file() {
  file_name=${1//[!A-Za-z0-9_-]/_}
  while [ "${called[$file_name]:-$1}" != "$1" ]; do
    file_name+=-
  done
  called[$file_name]=$1
}

# join MEMBER CONTROLLER KIND: where there is such a controller; that others call it so makes it one
join() {
  local kind=${kind_of[$2]:-}
  if { [ "$kind" = "$3" ] || [ "$kind" = ethernet ]; } && is_usable "$1" && is_usable "$2" &&
    can_join "$@" && stand "$2" "$1"; then
    kind_of[$2]=$3
    controller_of[$1]=$2
  fi
}

# can_join MEMBER CONTROLLER KIND: a bridge is no port of a bridge, and InfiniBand is a member of one kind of
# bond alone (bonding documentation of the kernel)
can_join() {
  local upper=${controller_of[$2]:-/}
  case $3:${kind_of[$1]} in
    bridge:infiniband) return 1 ;;
    bond:infiniband) [ "${mode_of[$2]:-}" = active-backup ] ;;
    bridge:*) [ "${kind_of[$1]}" != bridge ] && [ "${kind_of[$upper]:-}" != bridge ] ;;
  esac
}

# stand UPPER LOWER: fails where LOWER stands on UPPER
stand() {
  if reaches "$2" "$1"; then
    return 1
  fi
  lowers_of[$1]+="$2 "
}

# reaches UPPER LOWER: UPPER is LOWER, or stands on it in the end
reaches() {
  local each_lower
  if [ "$1" = "$2" ]; then
    return 0
  fi
  for each_lower in ${lowers_of[$1]:-}; do
    if reaches "$each_lower" "$2"; then
      return 0
    fi
  done
  return 1
}

# is_usable DEV: the kernel has such names; a VLAN needs a number, and a parent that is usable itself and no
# InfiniBand
is_usable() {
  is_link_name "$1" || return 1
  if [ "${kind_of[$1]:-}" = vlan ]; then
    local parent=${lowers_of[$1]:-}
    parent=${parent% }
    [ -n "${number_of[$1]}" ] && [ -n "$parent" ] && is_usable "$parent" && [ "${kind_of[$parent]:-}" != infiniband ]
  fi
}

# below DEV: sets under to all that DEV stands on, what is lowest first, and level to the
# height of DEV above it
below() {
  under='' level=0
  descend "$1" 0
}

descend() {
  local each_lower
  if [ "$2" -gt "$level" ]; then
    level=$2
  fi
  for each_lower in ${lowers_of[$1]:-}; do
    descend "$each_lower" $(($2 + 1))
    case " $under" in
      *" $each_lower "*) ;;
      *) under+="$each_lower " ;;
    esac
  done
}

# stage_implied DIRECTORY: an interface that only a VLAN or an alias names is written with nothing of its own
stage_implied() {
  local name
  for name in "${!vlans_of[@]}" "${!alias_addresses[@]}"; do
    if [ -z "${kind_of[$name]:-}" ]; then
      kind_of[$name]=ethernet onboot_of[$name]=yes
      # no interface has such a name, so no file is in the way
      file_of[$name]=$1/ifcfg-+$name
      call_file "$name"
      printf 'DEVICE=%s\n' "$name" >"${file_of[$name]}"
    fi
  done
}

# settle_aliases: the addresses of ETH0:1 are those of ETH0, but where an alias has a place of its own
settle_aliases() {
  local each_address
  if [ "$way" != ifupdown ] && [ -z "$master$bridge" ]; then
    for each_address in ${alias_addresses[$dev]:-}; do
      add_address "$each_address"
    done
  fi
}

# settle_alias: nothing but the addresses of ETH0:1 counts
settle_alias() {
  kind=ethernet mtu='' hwaddr='' macaddr=''
  drop "it is one more address of ${dev%%:*}" MASTER BRIDGE VLAN TYPE MTU HWADDR MACADDR GATEWAY IPV6_DEFAULTGW \
    "${name_keys[@]}" ROUTES
  if [ -n "${controller_of[${dev%%:*}]:-}" ]; then
    drop "${dev%%:*} is a member of ${controller_of[${dev%%:*}]}" "${address_keys[@]}"
    addresses4=() addresses6=()
  fi
  leave_addresses
}

# settle_members: a member has no addresses of its own, and no controller that is not there
settle_members() {
  local reason=${controller_of[$dev]:-}
  if [ "$reason:${kind_of[${reason:-/}]:-}" != "$master:bond" ]; then
    drop "there is no bond $master" MASTER && master=''
  fi
  if [ "$reason:${kind_of[${reason:-/}]:-}" != "$bridge:bridge" ]; then
    drop "it is no port of a bridge $bridge" BRIDGE && bridge=''
  fi
  if [ -n "$reason" ]; then
    reason="it is a member of $reason"
    drop "$reason" "${address_keys[@]}" GATEWAY IPV6_DEFAULTGW "${name_keys[@]}" ROUTES
    case $dhcp in yes) drop "$reason" BOOTPROTO ;; esac
    case $dhcp6 in yes) drop "$reason" DHCPV6C ;; esac
    case $autoconf in yes) drop "$reason" IPV6_AUTOCONF ;; esac
    addresses4=() addresses6=() ipv6=''
    leave_addresses
  fi
}

# leave_addresses: nothing but the addresses is kept
leave_addresses() {
  dhcp=no dhcp6='' autoconf='' gateway4='' gateway6='' dns=() dns_keys=() search='' routes=()
}
