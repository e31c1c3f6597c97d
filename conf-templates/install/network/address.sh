# shellcheck shell=bash
# Part of the install script: addresses, names and routes of an interface. A value that is none spoils a whole
# file in some of the formats, so each is judged here.

read_addresses() {
  local n prefix
  addresses4=() addresses6=()
  for n in '' 0 1 2 3 4 5 6 7 8 9; do
    take_if "NETMASK$n" is_netmask && set_prefix "$taken"
    take_if "PREFIX$n" is_prefix4 && prefix=${taken:-$prefix}
    take_if "IPADDR$n" is_ipv4
    if [ -n "$taken" ] && [ -z "$prefix" ]; then
      untranslated+=("IPADDR$n")
    elif [ -n "$taken" ]; then
      add_address "$taken/$prefix"
    fi
  done
  add_addresses6 IPV6ADDR
  add_addresses6 IPV6ADDR_SECONDARIES
  take_if GATEWAY is_ipv4 && gateway4=$taken
  read_gateway6
}

# add_address ADDRESS/PREFIX: once
add_address() {
  if [[ " ${addresses4[*]} ${addresses6[*]} " == *" $1 "* ]]; then
    return 0
  elif [[ $1 == *:* ]]; then
    addresses6+=("$1")
  else
    addresses4+=("$1")
  fi
}

# add_addresses6 KEY: addresses without a prefix have 64
add_addresses6() {
  local each_address
  for each_address in ${cfg[$1]:-}; do
    if [[ $each_address != */* ]]; then
      each_address+=/64
    fi
    if is_ipv6 "${each_address%/*}" && is_prefix6 "${each_address##*/}"; then
      add_address "$each_address"
    else
      untranslated+=("$1")
    fi
  done
}

# read_gateway6: FE80::1%ETH0 names the interface that it is given to, or it is another's
read_gateway6() {
  local scope
  gateway6=${cfg[IPV6_DEFAULTGW]:-}
  scope=${gateway6#"${gateway6%%%*}"}
  gateway6=${gateway6%%%*}
  if [ -n "$gateway6" ] && ! { is_ipv6 "$gateway6" && [[ $scope == '' || $scope == "%$dev" ]]; }; then
    untranslated+=(IPV6_DEFAULTGW)
    gateway6=''
  fi
}

# read_names: sets dns, the keys of it in dns_keys, and search with one blank between its domains
read_names() {
  local n domain domains kept=()
  dns=() dns_keys=()
  for n in 0 1 2 3 4 5 6 7 8 9; do
    take_if "DNS$n" is_address
    if [ -n "$taken" ]; then
      dns+=("$taken") dns_keys+=("DNS$n")
    fi
  done
  take DOMAIN '^[A-Za-z0-9._ -]+$'
  read -r -a domains <<<"$taken"
  for domain in ${domains+"${domains[@]}"}; do
    if is_domain "$domain"; then
      kept+=("$domain")
    else
      untranslated+=("DOMAIN $domain")
    fi
  done
  search=${kept[*]}
}

# read_routes: ROUTES="10.1.0.0/16 via 10.0.0.1; 10.2.0.0/16 via 10.0.0.2"; sets routes to
# "NETWORK GATEWAY" each
read_routes() {
  local route list words
  routes=()
  IFS=';,' read -r -a list <<<"${cfg[ROUTES]:-}"
  for route in ${list+"${list[@]}"}; do
    read -r -a words <<<"$route"
    if [ "${#words[@]}" = 3 ] && [ "${words[1]}" = via ] && is_route "${words[0]}" "${words[2]}"; then
      routes+=("${words[0]} ${words[2]}")
    elif [ "${#words[@]}" -gt 0 ]; then
      untranslated+=(ROUTES)
    fi
  done
}

# keep_routes FAMILY REASON: the others have no effect
keep_routes() {
  local route kept=()
  for route in ${routes+"${routes[@]}"}; do
    if of_family "$1" "$route"; then
      kept+=("$route")
    else
      without_effect+=("ROUTES ($2: $route)")
    fi
  done
  routes=(${kept+"${kept[@]}"})
}

of_family() {
  case $1:$2 in
    ipv6:*:*) return 0 ;;
    ipv4:*:*) return 1 ;;
    *) [ "$1" = ipv4 ] ;;
  esac
}

is_address() {
  is_ipv4 "$1" || is_ipv6 "$1"
}

# is_ipv4 ADDRESS: that of a host
is_ipv4() {
  is_quad "$1" && [[ $1 != 0.* ]]
}

is_quad() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  [[ $1 =~ ^$octet\.$octet\.$octet\.$octet$ ]]
}

# is_ipv6 ADDRESS: RFC 4291 2.2, without its form for IPv4
is_ipv6() {
  local groups='^([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?$' left=${1%%::*} right=${1#*::} colons=${1//[!:]/}
  if [[ $1 != *::* ]]; then
    [[ $1 =~ $groups ]] && [ "${#colons}" = 7 ]
  else
    [[ $1 != :: && $left =~ $groups && $right =~ $groups ]] && [ "${#colons}" -le 7 ]
  fi
}

# is_prefix4, is_prefix6 LENGTH: that of an address; of a route it may be 0 as well
is_prefix4() {
  [[ $1 =~ ^(3[0-2]|[12][0-9]|[1-9])$ ]]
}

is_prefix6() {
  [[ $1 =~ ^(12[0-8]|1[01][0-9]|[1-9][0-9]?)$ ]]
}

is_netmask() {
  local pattern='^(255\.)*(255|254|252|248|240|224|192|128)(\.0)*$'
  is_quad "$1" && [[ $1 =~ $pattern ]]
}

# is_route NETWORK GATEWAY: of one family; the kernel takes no IPv4 network with bits of a host
is_route() {
  local base=${1%/*} length=${1##*/} octets bits
  if [[ $1 == *:* ]]; then
    { is_ipv6 "$base" || [ "$base" = :: ]; } && { is_prefix6 "$length" || [ "$length" = 0 ]; } && is_ipv6 "$2"
  else
    is_quad "$base" && { is_prefix4 "$length" || [ "$length" = 0 ]; } && is_ipv4 "$2" || return 1
    IFS=. read -r -a octets <<<"$base"
    bits=$((octets[0] << 24 | octets[1] << 16 | octets[2] << 8 | octets[3]))
    (((bits & ((1 << (32 - length)) - 1)) == 0))
  fi
}

# is_mtu NUMBER: RFC 791 has 68 as the least
is_mtu() {
  [[ $1 =~ ^[1-9][0-9]{1,4}$ ]] && (($1 >= 68 && $1 <= 65535))
}

# is_hardware ADDRESS: of Ethernet, or of InfiniBand, where it is longer
is_hardware() {
  local more='{5}'
  [ "$kind" != infiniband ] || more='{19}'
  [[ $1 =~ ^([0-9A-Fa-f]{2}:)${more}[0-9A-Fa-f]{2}$ ]]
}

# set_prefix NETMASK: sets prefix to 16 for 255.255.0.0, to '' for none
set_prefix() {
  local octet bits=0
  prefix=''
  if [ -n "$1" ]; then
    for octet in ${1//./ }; do
      while ((octet & 128)); do
        bits=$((bits + 1)) octet=$((octet << 1 & 255))
      done
    done
    prefix=$bits
  fi
}
