# shellcheck shell=bash
# Part of the install script: addresses, names and routes of an interface.

read_addresses() {
  local n prefix
  addresses4=() addresses6=()
  for n in '' 0 1 2 3 4 5 6 7 8 9; do
    take_if "NETMASK$n" is_netmask && set_prefix "$taken"
    take_if "PREFIX$n" is_prefix4 && prefix=${taken:-$prefix}
    take_host "IPADDR$n" is_ipv4
    if [ -z "${cfg[IPADDR$n]:-}" ]; then
      drop "there is no IPADDR$n" "NETMASK$n" "PREFIX$n"
    elif [ -n "$taken" ] && [ -z "$prefix" ]; then
      untranslated+=("IPADDR$n")
    elif [ -n "$taken" ] && is_edge "$taken/$prefix"; then
      without_effect+=("IPADDR$n (no host of $taken/$prefix has it)")
    elif [ -n "$taken" ]; then
      add_address "$taken/$prefix"
    fi
  done
  add_addresses6 IPV6ADDR
  add_addresses6 IPV6ADDR_SECONDARIES
  take_host GATEWAY is_ipv4 && gateway4=$taken
  read_gateway6
}

# take_host KEY CHECK: take_if of an address that an interface can have
take_host() {
  take_if "$1" "$2"
  if [ -n "$taken" ] && ! is_host "$taken"; then
    without_effect+=("$1 (no interface has $taken)")
    taken=''
  fi
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
    if ! is_ipv6 "${each_address%/*}" || ! is_prefix6 "${each_address##*/}"; then
      untranslated+=("$1")
    elif ! is_host "${each_address%/*}"; then
      without_effect+=("$1 (no interface has ${each_address%/*})")
    else
      add_address "$each_address"
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
  elif [ -n "$gateway6" ] && ! is_host "$gateway6"; then
    without_effect+=("IPV6_DEFAULTGW (no interface has $gateway6)")
    gateway6=''
  fi
}

# read_names: sets dns, the keys of it in dns_keys, and search with one blank between its domains
read_names() {
  local n domain domains kept=()
  dns=() dns_keys=()
  for n in 0 1 2 3 4 5 6 7 8 9; do
    take_if "DNS$n" is_address
    if [ -n "$taken" ] && ! is_host "$taken" && ! is_loopback "$taken"; then
      without_effect+=("DNS$n (no server has $taken)")
    elif [ -n "$taken" ]; then
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
      # nothing but this reads the key, whatever the format
      without_effect+=("ROUTES (not NETWORK/PREFIX via GATEWAY: ${words[*]})")
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
