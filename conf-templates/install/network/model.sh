# shellcheck shell=bash
# Part of the install script: what one staged ifcfg file says, in variables that the ways to write it share.
# Keys and their defaults are those of sysconfig.txt of the initscripts.

# read_interface FILE: sets dev kind onboot dhcp dhcp6 autoconf ipv6 addresses4 addresses6 gateway4 gateway6
# dns search mtu hwaddr macaddr master bridge bond_options stp delay vlan_id vlan_parent connected routes, and
# untranslated with all that is in none of these, and without_effect with what means nothing beside the rest.
read_interface() {
  untranslated=() without_effect=()
  read_ifcfg "$1"
  take DEVICE "$word" "${1##*/ifcfg-}" && dev=$taken
  take_flag ONBOOT && onboot=${taken:-yes}
  take BOOTPROTO "$word" none && dhcp=no
  case ${taken,,} in
    dhcp | bootp) dhcp=yes ;;
    none | static) ;;
    *) untranslated+=(BOOTPROTO) ;;
  esac
  take_if MTU is_mtu && mtu=$taken
  take MASTER "$word" && master=$taken
  take BRIDGE "$word" && bridge=$taken
  read_kind
  take_hardware HWADDR && hwaddr=$taken
  take_hardware MACADDR && macaddr=$taken
  read_ipv6_methods
  read_addresses
  read_names
  read_routes
  note_unknown_keys
}

word='^[A-Za-z0-9][A-Za-z0-9._:-]*$'

# take KEY PATTERN [DEFAULT]: sets taken; what does not look as it should is left out, and told
take() {
  taken=${cfg[$1]:-${3:-}}
  if [ -n "$taken" ] && [[ ! $taken =~ $2 ]]; then
    untranslated+=("$1")
    taken=${3:-}
  fi
  return 0
}

# take_if KEY CHECK: the same, judged by a function
take_if() {
  taken=${cfg[$1]:-}
  if [ -n "$taken" ] && ! "$2" "$taken"; then
    untranslated+=("$1")
    taken=''
  fi
  return 0
}

# take_hardware KEY: the kernel has no interface with the address of a group, or of nobody
take_hardware() {
  take_if "$1" is_hardware
  if [ -n "$taken" ] && [ "$kind" != infiniband ] && ! is_station "$taken"; then
    without_effect+=("$1 (no interface has $taken)")
    taken=''
  fi
}

# is_domain NAME: RFC 1035 2.3.4; systemd leaves out what is none
is_domain() {
  local label='[A-Za-z0-9_-]{1,63}'
  [[ $1 =~ ^$label(\.$label)*\.?$ ]] && [ "${#1}" -le 254 ]
}

# take_flag KEY: sets taken to yes, no or '' where nothing is said
take_flag() {
  taken=${cfg[$1]:-}
  case ${taken,,} in
    yes | y | true | t | on | 1) taken=yes ;;
    no | n | false | f | off | 0) taken=no ;;
    '') ;;
    *) untranslated+=("$1") taken='' ;;
  esac
}

# read_kind: ethernet, infiniband, bond, bridge or vlan
read_kind() {
  kind=ethernet vlan_id='' vlan_parent='' stp=no delay='' bond_options=()
  take TYPE "$word"
  case ${taken,,} in
    '' | ethernet) ;;
    infiniband | bond | bridge | vlan) kind=${taken,,} ;;
    *) untranslated+=(TYPE) ;;
  esac
  read_bond
  take_flag VLAN
  if [ "$taken" = yes ]; then
    kind=vlan
  elif [ "$taken:${cfg[TYPE]:-}:$kind" = ::ethernet ] && [[ $dev =~ ^[^:]+\.[0-9]+$ ]]; then
    kind=vlan
  fi
  if [ "$kind" = vlan ]; then
    read_vlan
  fi
  settle_kind
  take_flag CONNECTED_MODE && connected=${taken:-no}
  take_flag STP && stp=${taken:-no}
  take DELAY '^([12]?[0-9]|30)$' && delay=$taken
}

# settle_kind: keys of one kind have no effect where others make it another
settle_kind() {
  local type=${cfg[TYPE]:-}
  case ${type,,}:$kind in
    "$kind:"* | :* | ethernet:*) ;;
    infiniband:* | bond:* | bridge:* | vlan:*) drop "it is a $kind" TYPE ;;
  esac
  case $kind in
    vlan) drop 'it is a vlan' BONDING_OPTS && bond_options=() ;;
    # PHYSDEV is that of a PKEY
    infiniband) drop 'it is not a VLAN' VLAN_ID ;;
    *) drop 'it is not a VLAN' VLAN_ID PHYSDEV ;;
  esac
}

# read_vlan: ETH.NUMBER and vlanNUMBER say in their names what the keys do not
read_vlan() {
  take VLAN_ID '^[0-9]{1,4}$' "${dev##*[!0-9]}" && vlan_id=$taken
  if [ -z "$vlan_id" ] || [ "${#vlan_id}" -gt 4 ] || ((10#$vlan_id > 4094)); then
    vlan_id=''
  else
    vlan_id=$((10#$vlan_id))
  fi
  take PHYSDEV "$word" "${dev%.*}" && vlan_parent=$taken
  if [ "$vlan_parent" = "$dev" ]; then
    vlan_parent=''
  fi
}

# read_ipv6_methods: each is yes, no or '' where nothing is said
read_ipv6_methods() {
  take_flag IPV6INIT && ipv6=$taken
  take_flag IPV6_AUTOCONF && autoconf=$taken
  take_flag DHCPV6C && dhcp6=$taken
}

# settle_interface: what the other interfaces and the other keys make of what read_interface found
settle_interface() {
  kind=${kind_of[$dev]:-$kind}
  if [[ $dev == *:* ]]; then
    settle_alias
  else
    settle_members
    settle_aliases
  fi
  settle_name
  settle_mtu
  settle_connected
  if [ "$kind" != ethernet ] && [ "$kind" != infiniband ]; then
    drop "a $kind has no hardware of its own" HWADDR && hwaddr=''
  elif [ "$kind" = infiniband ]; then
    drop 'an InfiniBand address cannot be chosen' MACADDR && macaddr=''
  fi
  if [ "$kind" = bond ]; then
    settle_primary
  fi
  if [ "$kind" != bridge ]; then
    drop 'it is not a bridge' STP DELAY
  elif [ "$stp" = yes ] && [ -n "$delay" ] && ((delay < 2)); then
    drop 'with STP it is 2 seconds at least' DELAY && delay=''
  fi
  settle_families
}

# settle_connected: systemd-networkd, which netplan writes for, has the mode for what it makes itself alone
settle_connected() {
  if [ "$kind" != infiniband ]; then
    drop 'it is not InfiniBand' CONNECTED_MODE
    return 0
  fi
  case $way:$connected in
    networkd:yes | netplan:yes) untranslated+=(CONNECTED_MODE) connected=no ;;
  esac
  if [ "$connected" = no ] && [ -n "$mtu" ] && ((mtu > 4092)); then
    drop 'InfiniBand has 4092 at most in datagram mode' MTU && mtu=''
  fi
}

# drop REASON KEY...: those of the keys that are given have no effect
drop() {
  local key reason=$1
  shift
  for key in "$@"; do
    if [ -n "${cfg[$key]:-}" ]; then
      without_effect+=("$key ($reason)")
    fi
  done
}

address_keys=(IPADDR{,0,1,2,3,4,5,6,7,8,9} IPV6ADDR IPV6ADDR_SECONDARIES)
name_keys=(DNS{0,1,2,3,4,5,6,7,8,9} DOMAIN)

# settle_families: a gateway or a route needs its family
settle_families() {
  if [ "$ipv6" = no ]; then
    drop 'IPV6INIT is no' IPV6ADDR IPV6ADDR_SECONDARIES IPV6_DEFAULTGW
    case $autoconf in yes) drop 'IPV6INIT is no' IPV6_AUTOCONF ;; esac
    case $dhcp6 in yes) drop 'IPV6INIT is no' DHCPV6C ;; esac
    addresses6=() gateway6='' autoconf='' dhcp6=''
    keep_routes ipv4 'IPV6INIT is no'
  fi
  if [ "$dhcp" != yes ] && [ "${#addresses4[@]}" = 0 ] && [ -z "$master$bridge" ]; then
    drop 'it has no IPv4 address' GATEWAY && gateway4=''
    keep_routes ipv6 'it has no IPv4 address'
  fi
  settle_gateways
  if [ -n "$mtu" ] && ((mtu < 1280)) && wants_ipv6; then
    drop 'IPv6 needs 1280, RFC 8200' MTU && mtu=''
  fi
}

# note_unknown_keys: keys that mean nothing outside EL, or nothing at all, are not worth a word
note_unknown_keys() {
  local key
  for key in "${!cfg[@]}"; do
    case $key in
      DEVICE | NAME | TYPE | ONBOOT | BOOTPROTO | MTU | HWADDR | MACADDR | MASTER | SLAVE | DOMAIN | ROUTES) ;;
      BONDING_OPTS | BONDING_MASTER | VLAN | VLAN_ID | PHYSDEV | GATEWAY | IPV6INIT | IPV6ADDR | IPV6ADDR_SECONDARIES) ;;
      IPV6_AUTOCONF | DHCPV6C | BRIDGE | STP | DELAY | ONPARENT) ;;
      IPADDR | IPADDR[0-9] | PREFIX | PREFIX[0-9] | NETMASK | NETMASK[0-9] | DNS[0-9] | IPV6_DEFAULTGW) ;;
      NM_CONTROLLED | USERCTL | UUID | HOTPLUG | NETWORK | BROADCAST | IPV4_FAILURE_FATAL | IPV6_FAILURE_FATAL) ;;
      PROXY_METHOD | BROWSER_ONLY | REORDER_HDR | CONNECTED_MODE) ;;
      DEFROUTE | PEERDNS | PEERROUTES | IPV6_DEFROUTE | IPV6_PEERDNS | IPV6_PEERROUTES)
        # yes is what is done anyway
        [ "${cfg[$key],,}" = yes ] || untranslated+=("$key")
        ;;
      *) untranslated+=("$key") ;;
    esac
  done
}
