# shellcheck shell=bash
# Part of the install script: NetworkManager without ifcfg support, nm-settings-keyfile(5). NetworkManager
# refuses a whole profile for a key that its method does not have.

begin_keyfile() {
  inside "$root" /etc/NetworkManager/system-connections
  profiles=$place
  # programs that only newer initramfs images have are not used in this script
  (
    umask 077
    mkdir -p "$profiles"
  )
}

write_keyfile() {
  local file=$profiles/$dev.nmconnection
  local method4=disabled method6
  if [ "$dhcp" = yes ]; then
    method4=auto
  elif [ "${#addresses4[@]}" -gt 0 ]; then
    method4=manual
  fi
  keyfile_method6
  keyfile_note_names
  # NetworkManager takes no profile that others can read
  (
    umask 077
    keyfile_text >"$file"
  )
}

# keyfile_method6: without a word of it, what routers advertise counts where there is no address
keyfile_method6() {
  if [ "$ipv6" = no ]; then
    method6=disabled
  elif [ "$dhcp6" = yes ] && [ "$autoconf" != yes ]; then
    method6=dhcp
  elif [ "$autoconf" = yes ] || [ "$dhcp6" = yes ]; then
    method6=auto
  elif [ "${#addresses6[@]}" -gt 0 ]; then
    method6=manual
  elif [ "$autoconf" = no ]; then
    method6='link-local'
  else
    method6=auto
  fi
}

keyfile_text() {
  local option
  printf '[connection]\nid=%s\ntype=%s\ninterface-name=%s\n' "$dev" "$kind" "$dev"
  [ "$onboot" != no ] || echo 'autoconnect=false'
  if [ -n "$master" ]; then
    printf 'master=%s\nslave-type=bond\n' "$master"
  elif [ -n "$bridge" ]; then
    printf 'master=%s\nslave-type=bridge\n' "$bridge"
  fi
  if [ "$kind" = infiniband ]; then
    printf '\n[infiniband]\ntransport-mode=%s\n' "$([ "$connected" = yes ] && echo connected || echo datagram)"
  else
    printf '\n[ethernet]\n'
    line_if "${macaddr:-}" "cloned-mac-address=$macaddr"
  fi
  line_if "${hwaddr:-}" "mac-address=$hwaddr"
  line_if "${mtu:-}" "mtu=$mtu"
  if [ "$kind" = bond ]; then
    printf '\n[bond]\n'
    for option in ${bond_options+"${bond_options[@]}"}; do
      echo "$option"
    done
  elif [ "$kind" = bridge ]; then
    printf '\n[bridge]\nstp=%s\n' "$([ "$stp" = yes ] && echo true || echo false)"
    line_if "$delay" "forward-delay=$delay"
  elif [ "$kind" = vlan ]; then
    printf '\n[vlan]\nid=%s\nparent=%s\n' "$vlan_id" "$vlan_parent"
  fi
  if [ -z "$master$bridge" ]; then
    keyfile_addresses ipv4 "$method4" "$gateway4" ${addresses4+"${addresses4[@]}"}
    keyfile_addresses ipv6 "$method6" "$gateway6" ${addresses6+"${addresses6[@]}"}
  fi
}

# keyfile_addresses FAMILY METHOD GATEWAY ADDRESS...
keyfile_addresses() {
  local family=$1 method=$2 gateway=$3 n=0 route all address_given
  shift 3
  all=(${routes+"${routes[@]}"})
  printf '\n[%s]\nmethod=%s\n' "$family" "$method"
  for address_given in "$@"; do
    n=$((n + 1))
    echo "address$n=$address_given"
  done
  if [ -n "$gateway" ] && [ $# = 0 ]; then
    # the key is refused where no address is given
    case $family in
      ipv4) all=("0.0.0.0/0 $gateway" ${all+"${all[@]}"}) ;;
      *) all=("::/0 $gateway" ${all+"${all[@]}"}) ;;
    esac
  else
    # NetworkManager itself sees that it is on the link
    line_if "${gateway:-}" "gateway=$gateway"
  fi
  keyfile_names "$family"
  n=0
  for route in ${all+"${all[@]}"}; do
    if of_family "$family" "$route"; then
      n=$((n + 1))
      echo "route$n=${route/ /,}"
      ! is_beyond "${route#* }" || echo "route${n}_options=onlink=true"
    fi
  done
}

keyfile_names() {
  local server servers=''
  for server in ${dns+"${dns[@]}"}; do
    if of_family "$1" "$server" && keyfile_resolves "$1"; then
      servers+="$server;"
    fi
  done
  line_if "${servers:-}" "dns=$servers"
  if [ -n "$search" ] && [ "$1" = "$(keyfile_search_family)" ]; then
    echo "dns-search=${search// /;};"
  fi
}

# keyfile_resolves FAMILY: its method takes servers and domains
keyfile_resolves() {
  case $1:$method4:$method6 in
    ipv4:disabled:* | ipv6:*:disabled | ipv6:*:link-local) return 1 ;;
  esac
}

# keyfile_search_family: the domains are for names of both families, and are said once
keyfile_search_family() {
  if keyfile_resolves ipv4; then
    echo ipv4
  elif keyfile_resolves ipv6; then
    echo ipv6
  fi
}

keyfile_note_names() {
  local n=0 server family
  for server in ${dns+"${dns[@]}"}; do
    case $server in *:*) family=ipv6 ;; *) family=ipv4 ;; esac
    keyfile_resolves "$family" || without_effect+=("${dns_keys[$n]} ($family is off)")
    n=$((n + 1))
  done
  if [ -n "$search" ] && [ -z "$(keyfile_search_family)" ]; then
    without_effect+=('DOMAIN (IPv4 and IPv6 are off)')
  fi
}
