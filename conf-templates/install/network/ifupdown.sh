# shellcheck shell=bash
# Part of the install script: /etc/network/interfaces.d of Debian, interfaces(5).

begin_ifupdown() {
  local file=$root/etc/network/interfaces line
  mkdir -p "$file.d"
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
  {
    echo '# written by Luna when the node was installed'
    if [ "$onboot" != no ]; then
      echo "auto $dev"
    fi
    ifupdown_first
    ifupdown_others
  } >"$root/etc/network/interfaces.d/${dev//[!A-Za-z0-9_-]/_}"
  if [ -n "$hwaddr" ]; then
    untranslated+=(HWADDR)
  fi
}

# The first stanza has what belongs to the interface rather than to an address.
ifupdown_first() {
  local option
  if [ "$dhcp" = yes ]; then
    echo "iface $dev inet dhcp"
  elif [ "${#addresses4[@]}" -gt 0 ]; then
    echo "iface $dev inet static"
    echo "    address ${addresses4[0]}"
    line_if "${gateway4:-}" "    gateway $gateway4"
  else
    echo "iface $dev inet manual"
  fi
  line_if "${mtu:-}" "    mtu $mtu"
  line_if "${macaddr:-}" "    hwaddress ether $macaddr"
  line_if "${master:-}" "    bond-master $master"
  line_if "${vlan_parent:-}" "    vlan-raw-device $vlan_parent"
  line_if "${dns:-}" "    dns-nameservers ${dns[*]}"
  line_if "${search:-}" "    dns-search $search"
  for option in ${bond_options+"${bond_options[@]}"}; do
    echo "    bond-${option%%=*} ${option#*=}"
  done
  if [ "$kind" = bond ]; then
    echo "    bond-slaves none"
  fi
  ifupdown_routes
}

ifupdown_routes() {
  local route
  for route in ${routes+"${routes[@]}"}; do
    echo "    up ip route replace ${route% *} via ${route#* } dev $dev"
  done
}

ifupdown_others() {
  local each_address
  for each_address in ${addresses4+"${addresses4[@]:1}"}; do
    printf 'iface %s inet static\n    address %s\n' "$dev" "$each_address"
  done
  for each_address in ${addresses6+"${addresses6[@]}"}; do
    printf 'iface %s inet6 static\n    address %s\n' "$dev" "$each_address"
    line_if "${gateway6:-}" "    gateway $gateway6"
    gateway6=
  done
}
