# shellcheck shell=bash
# Part of the install script: what the values of an interface may be. A value that is none spoils a whole file
# in some of the formats, so each is judged.

is_address() {
  is_ipv4 "$1" || is_ipv6 "$1"
}

is_ipv4() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  [[ $1 =~ ^$octet\.$octet\.$octet\.$octet$ ]]
}

# is_ipv6 ADDRESS: RFC 4291 2.2, without its form for IPv4
is_ipv6() {
  local groups='^([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?$' left=${1%%::*} right=${1#*::} colons=${1//[!:]/}
  if [[ $1 != *::* ]]; then
    [[ $1 =~ $groups ]] && [ "${#colons}" = 7 ]
  else
    [[ $left =~ $groups && $right =~ $groups ]] && [ "${#colons}" -le 7 ]
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
  is_ipv4 "$1" && [[ $1 =~ $pattern ]]
}

# is_route NETWORK GATEWAY: of one family; the kernel takes no IPv4 network with bits of a host
is_route() {
  local base=${1%/*} length=${1##*/}
  if [[ $1 == *:* ]]; then
    is_ipv6 "$base" && { is_prefix6 "$length" || [ "$length" = 0 ]; } && is_ipv6 "$2" && is_host "$2"
  else
    is_ipv4 "$base" && { is_prefix4 "$length" || [ "$length" = 0 ]; } && is_ipv4 "$2" && is_host "$2" || return 1
    hex_of "$base"
    (((16#$hex & ((1 << (32 - length)) - 1)) == 0))
  fi
}

# hex_of ADDRESS: sets hex to its bits, eight digits of IPv4 and 32 of IPv6
hex_of() {
  local group left=${1%%::*} last='' right='' zeros=00000000000000000000000000000000
  if [[ $1 != *:* ]]; then
    # shellcheck disable=SC2086  # four words
    printf -v hex '%02x%02x%02x%02x' ${1//./ }
    return 0
  fi
  hex=''
  for group in ${left//:/ }; do
    printf -v hex '%s%04x' "$hex" "0x$group"
  done
  [[ $1 != *::* ]] || last=${1##*::}
  for group in ${last//:/ }; do
    printf -v right '%s%04x' "$right" "0x$group"
  done
  hex+=${zeros:${#hex}+${#right}}$right
}

# is_host ADDRESS: an interface can have it, so it is no multicast, loopback, broadcast or unspecified one
# (RFC 1122 3.2.1.3, RFC 4291 2.4)
is_host() {
  hex_of "$1"
  case ${#hex}:$hex in
    8:00* | 8:7f* | 8:e* | 8:ffffffff | 32:ff* | 32:0000000000000000000000000000000[01]) return 1 ;;
  esac
}

is_loopback() {
  hex_of "$1"
  [[ $hex == 7f?????? || $hex == 00000000000000000000000000000001 ]]
}

# in_network ADDRESS NETWORK/LENGTH
in_network() {
  local length=${2##*/} digits rest address
  hex_of "$1"
  address=$hex
  hex_of "${2%/*}"
  digits=$((length / 4)) rest=$((4 - length % 4))
  [ "${#address}:${address:0:digits}" = "${#hex}:${hex:0:digits}" ] || return 1
  [ "$rest" = 4 ] || ((16#${address:digits:1} >> rest == 16#${hex:digits:1} >> rest))
}

# is_edge ADDRESS/LENGTH: the first or last of an IPv4 network, which are the network's own and everybody's;
# two addresses or one have none (RFC 3021)
is_edge() {
  local length=${1##*/} mask host
  [[ $1 != *:* ]] && ((length < 31)) || return 1
  hex_of "${1%/*}"
  mask=$(((1 << (32 - length)) - 1)) host=$((16#$hex))
  (((host & mask) == 0 || (host & mask) == mask))
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

# is_station ADDRESS: of one machine, not of a group, and not all zeros
is_station() {
  [[ $1 != ?[13579bdfBDF]:* && $1 != 00:00:00:00:00:00 ]]
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
