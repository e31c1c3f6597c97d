# shellcheck shell=bash
# Part of the install script: the finer parts of read_interface (install-network.sh).

# read_kind: ethernet, infiniband, bond or vlan
read_kind() {
  local pair
  kind=ethernet vlan_id='' vlan_parent='' bond_options=()
  take TYPE "$word" Ethernet
  case ${taken,,} in
    ethernet) ;;
    infiniband | bond | vlan) kind=${taken,,} ;;
    *) untranslated+=(TYPE) ;;
  esac
  take BONDING_OPTS '^[A-Za-z0-9 =.,:_+-]+$'
  for pair in $taken; do
    kind=bond
    bond_options+=("$(bond_option "$pair")")
  done
  if [[ ${cfg[BONDING_MASTER]:-no} == yes ]]; then
    kind=bond
  fi
  if [[ ${cfg[VLAN]:-no} == yes ]]; then
    kind=vlan
  fi
  if [ "$kind" = vlan ]; then
    take VLAN_ID '^[0-9]+$' "${dev##*[!0-9]}" && vlan_id=$taken
    take PHYSDEV "$word" "${dev%.*}" && vlan_parent=$taken
  fi
}

# bond_option NAME=VALUE: the mode by its name, as everybody but the kernel writes it
bond_option() {
  local modes=(balance-rr active-backup balance-xor broadcast 802.3ad balance-tlb balance-alb)
  case $1 in
    mode=[0-6]) printf 'mode=%s\n' "${modes[${1#mode=}]}" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

read_addresses() {
  local n prefix
  addresses4=() addresses6=() dns=()
  for n in '' 0 1 2 3 4 5 6 7 8 9; do
    take "NETMASK$n" "$address" && prefix=$(prefix_of "$taken")
    take "PREFIX$n" '^[0-9]+$' "$prefix" && prefix=$taken
    take "IPADDR$n" "$address"
    if [ -n "$taken" ] && [ -z "$prefix" ]; then
      untranslated+=("IPADDR$n")
    elif [ -n "$taken" ]; then
      addresses4+=("$taken/$prefix")
    fi
    take "DNS$n" "$address"
    dns+=(${taken:+"$taken"})
  done
  take IPV6ADDR '^[0-9A-Fa-f:]+(/[0-9]+)?$'
  addresses6+=(${taken:+"$taken"})
  take IPV6ADDR_SECONDARIES '^[0-9A-Fa-f:/ ]+$'
  # shellcheck disable=SC2206  # a list in one string
  addresses6+=($taken)
  take GATEWAY "$address" && gateway4=$taken
  take IPV6_DEFAULTGW '^[0-9A-Fa-f:]+(%[A-Za-z0-9._-]+)?$' && gateway6=${taken%%%*}
}

# prefix_of NETMASK: 255.255.0.0 is 16
prefix_of() {
  local octet bits=0
  if [ -z "$1" ]; then
    return 0
  fi
  for octet in ${1//./ }; do
    while ((octet & 128)); do
      bits=$((bits + 1)) octet=$((octet << 1 & 255))
    done
  done
  printf '%s\n' "$bits"
}

# read_routes: ROUTES="10.1.0.0/16 via 10.0.0.1; 10.2.0.0/16 via 10.0.0.2"; sets routes to "NETWORK GATEWAY" each
read_routes() {
  local route list pattern='^[[:space:]]*([0-9A-Fa-f.:]+/[0-9]+)[[:space:]]+via[[:space:]]+([0-9A-Fa-f.:]+)[[:space:]]*$'
  routes=()
  IFS=';,' read -r -a list <<<"${cfg[ROUTES]:-}"
  for route in ${list+"${list[@]}"}; do
    if [[ $route =~ $pattern ]]; then
      routes+=("${BASH_REMATCH[1]} ${BASH_REMATCH[2]}")
    elif [[ $route =~ [^[:space:]] ]]; then
      untranslated+=(ROUTES)
    fi
  done
}

# note_unknown_keys: keys that mean nothing outside EL, or nothing at all, are not worth a word
note_unknown_keys() {
  local key
  for key in "${!cfg[@]}"; do
    case $key in
      DEVICE | NAME | TYPE | ONBOOT | BOOTPROTO | MTU | HWADDR | MACADDR | MASTER | SLAVE | DOMAIN | ROUTES) ;;
      BONDING_OPTS | BONDING_MASTER | VLAN | VLAN_ID | PHYSDEV | GATEWAY | IPV6INIT | IPV6ADDR | IPV6ADDR_SECONDARIES) ;;
      IPADDR | IPADDR[0-9] | PREFIX | PREFIX[0-9] | NETMASK | NETMASK[0-9] | DNS[0-9] | IPV6_DEFAULTGW) ;;
      NM_CONTROLLED | USERCTL | UUID | HOTPLUG | NETWORK | BROADCAST | IPV4_FAILURE_FATAL | IPV6_FAILURE_FATAL) ;;
      PROXY_METHOD | BROWSER_ONLY | REORDER_HDR) ;;
      *) untranslated+=("$key") ;;
    esac
  done
}

# report_untranslated WAY: on the console, and to the server in the letters that a status may have
report_untranslated() {
  local name
  if [ "$1" = ifcfg ]; then
    return 0
  fi
  for name in ${untranslated+"${untranslated[@]}"}; do
    say "interface $dev: no $1 form of: $name"
    name=${name%%=*}
    post "install.setnet $dev not translated ${name//[!A-Za-z0-9_.-]/_}"
  done
}

# line_if VALUE TEXT: prints TEXT where there is a VALUE
line_if() {
  if [ -n "$1" ]; then
    printf '%s\n' "$2"
  fi
}

# each VALUE...: the values between commas and blanks
each() {
  local out='' value
  for value in "$@"; do
    out+=${out:+, }$value
  done
  printf '%s' "$out"
}

is_ipv6() {
  [[ $1 == *:* ]]
}
