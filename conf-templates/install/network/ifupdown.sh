# shellcheck shell=bash
# Part of the install script: /etc/network/interfaces.d of Debian, interfaces(5).

begin_ifupdown() {
  local file line
  default_at=''
  inside "$root" /etc/network/interfaces.d
  stanzas=$place
  mkdir -p "$stanzas"
  inside "$root" /etc/network/interfaces
  file=$place
  if [ ! -e "$file" ]; then
    printf 'auto lo\niface lo inet loopback\n' >"$file"
  fi
  while read -r line; do
    case $line in
      'source '*interfaces.d/\* | 'source-directory '*interfaces.d*) return 0 ;;
    esac
  done <"$file"
  printf 'source /etc/network/interfaces.d/*\n' >>"$file"
}

write_ifupdown() {
  local own
  call_file "$dev"
  own=$file_name
  {
    echo '# written by Luna when the node was installed'
    if [ "$onboot" != no ]; then
      echo "auto $(ifupdown_before)$dev"
    fi
    ifupdown_ipv4
    ifupdown_ipv6
  } >"$stanzas/$own"
  if [ -n "$hwaddr" ]; then
    untranslated+=(HWADDR)
  fi
  if [ "$kind" = bond ]; then
    ifupdown_note_bond
  fi
  if [[ $kind == vlan && $dev == *.* && $dev != "$vlan_parent.$vlan_id" ]]; then
    untranslated+=('VLAN_ID (the name has another number)')
  fi
}

# The first stanza has what belongs to the interface rather than to an address; routes need the last address.
ifupdown_ipv4() {
  local each_address first=yes
  if [ "$dhcp" = yes ]; then
    echo "iface $dev inet dhcp"
    ifupdown_dhcp_mtu
  elif [ "${#addresses4[@]}" = 0 ]; then
    echo "iface $dev inet manual"
    line_if "${mtu:-}" "    mtu $mtu"
  fi
  if [ "$dhcp" = yes ] || [ "${#addresses4[@]}" = 0 ]; then
    ifupdown_link
    first=''
  fi
  for each_address in ${addresses4+"${addresses4[@]}"}; do
    printf 'iface %s inet static\n    address %s\n' "$dev" "$each_address"
    if [ -n "$first" ]; then
      ifupdown_default
      line_if "${mtu:-}" "    mtu $mtu"
      ifupdown_link
      first=''
    fi
  done
  if [ "$dhcp" = yes ]; then
    ifupdown_default
  fi
  ifupdown_routes ipv4
}

# ifupdown_default: ifup fails where another interface has a default route
ifupdown_default() {
  if [ -n "$gateway4" ]; then
    case $default_at:$dhcp in
      :yes) echo "    up ip route replace default via $gateway4 dev $dev$(on_link "$gateway4")" ;;
      :*) echo "    gateway $gateway4" ;;
      *) echo "    up ip route append default via $gateway4 dev $dev$(on_link "$gateway4")" ;;
    esac
  fi
  if [ "$onboot" != no ] && [ "$dhcp:$gateway4" != no: ]; then
    default_at=$dev
  fi
}

ifupdown_routes() {
  local route
  for route in ${routes+"${routes[@]}"}; do
    if of_family "$1" "$route"; then
      echo "    up ip route replace ${route% *} via ${route#* } dev $dev$(on_link "${route#* }")"
    fi
  done
}

# ifupdown_ipv6: without a stanza the kernel does as routers advertise
ifupdown_ipv6() {
  local each_address gateway=$gateway6
  if [ "$ipv6" = no ]; then
    echo "    up sysctl -q -e -w net.ipv6.conf.${dev//.//}.disable_ipv6=1"
  elif [ "$dhcp6" = yes ]; then
    echo "iface $dev inet6 dhcp"
    ifupdown_autoconf
  elif [ "$autoconf" = yes ] && [ "${#addresses6[@]}" = 0 ]; then
    echo "iface $dev inet6 auto"
  elif [ "$autoconf" = no ] && [ "${#addresses6[@]}" = 0 ]; then
    printf 'iface %s inet6 auto\n    accept_ra 0\n' "$dev"
  elif [ "${#addresses6[@]}" = 0 ] && { [ -n "$gateway6" ] || [[ ${routes[*]} == *:* ]]; }; then
    echo "iface $dev inet6 manual"
  fi
  for each_address in ${addresses6+"${addresses6[@]}"}; do
    printf 'iface %s inet6 static\n    address %s\n' "$dev" "$each_address"
    line_if "${gateway:-}" "    gateway $gateway"
    [ "$dhcp6" = yes ] || ifupdown_autoconf
    gateway=''
  done
  line_if "${gateway:-}" "    up ip -6 route replace default via $gateway dev $dev$(on_link "$gateway")"
  ifupdown_routes ipv6
}

ifupdown_autoconf() {
  if [ "$autoconf" = yes ]; then
    printf '    autoconf 1\n    accept_ra 2\n'
  elif [ "$autoconf" = no ]; then
    echo '    accept_ra 0'
  fi
}
