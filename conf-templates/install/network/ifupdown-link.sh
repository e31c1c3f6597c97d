# shellcheck shell=bash
# Part of the install script: what a stanza of interfaces(5) says of the link, with the options of ifenslave
# and bridge-utils.

# ifupdown_before: interfaces are brought up in the order of their files; what a bridge or
# a VLAN stands on goes first
ifupdown_before() {
  local name own late=''
  if [ "$kind" != bridge ] && [ "$kind" != vlan ]; then
    return 0
  fi
  below "$dev"
  call_file "$dev"
  own=$file_name
  for name in $under; do
    call_file "$name"
    if [[ $file_name > $own ]]; then
      late=yes
    fi
  done
  for name in ${late:+$under}; do
    if [ "${onboot_of[$name]:-yes}" != no ]; then
      printf '%s ' "$name"
    fi
  done
}

# ifupdown_dhcp_mtu: the method has no mtu; what scripts make of other interfaces is there only later
ifupdown_dhcp_mtu() {
  case $kind in
    ethernet | infiniband) line_if "${mtu:-}" "    pre-up ip link set dev $dev mtu $mtu" ;;
    *) line_if "${mtu:-}" "    up ip link set dev $dev mtu $mtu" ;;
  esac
}

ifupdown_link() {
  line_if "${macaddr:-}" "    hwaddress ether $macaddr"
  if [ "$kind" = infiniband ] && [ "$connected" = yes ]; then
    echo "    pre-up echo connected >/sys/class/net/$dev/mode"
  fi
  line_if "${master:-}" "    bond-master $master"
  if [ -n "$master" ] && [ "${primary_of[$master]:-}" = "$dev" ]; then
    # the bond has no member yet when its own stanza is read
    echo "    bond-primary $dev"
  fi
  if [ "$kind" = vlan ]; then
    ifupdown_vlan
  fi
  line_if "${dns:-}" "    dns-nameservers ${dns[*]}"
  line_if "${search:-}" "    dns-search $search"
  if [ "$kind" = bond ]; then
    ifupdown_bond
  elif [ "$kind" = bridge ]; then
    echo "    bridge_ports $(none_or "${lowers_of[$dev]:-}")"
    echo "    bridge_stp $([ "$stp" = yes ] && echo on || echo off)"
    line_if "$delay" "    bridge_fd $delay"
  fi
}

# ifupdown_vlan: ifupdown itself makes PARENT.NUMBER
ifupdown_vlan() {
  if [ "$dev" = "$vlan_parent.$vlan_id" ]; then
    echo "    vlan-raw-device $vlan_parent"
  else
    echo "    pre-up ip link set dev $vlan_parent up"
    echo "    pre-up test -e /sys/class/net/$dev || ip link add link $vlan_parent name $dev type vlan id $vlan_id"
    echo "    post-down ip link delete dev $dev"
  fi
}

# ifupdown_bond: members are enslaved by their own stanzas, before that only where
# something waits for the link
ifupdown_bond() {
  local option
  for option in ${bond_options+"${bond_options[@]}"}; do
    if ifenslave_has "${option%%=*}"; then
      option="${option%%=*} ${option#*=}"
      case $option in arp_ip_target*) option=${option//,/ } ;; esac
      echo "    bond-$option"
    fi
  done
  if [ "$dhcp" = yes ] || [ "$dhcp6" = yes ] || [ "${#addresses6[@]}" -gt 0 ]; then
    echo "    bond-slaves $(none_or "${lowers_of[$dev]:-}")"
  else
    echo '    bond-slaves none'
  fi
}

none_or() {
  printf '%s' "${1% }"
  if [ -z "$1" ]; then
    printf none
  fi
}

ifenslave_has() {
  case $1 in
    all_slaves_active | min_links | resend_igmp | lp_interval | peer_notif_delay | arp_all_targets) return 1 ;;
    ad_actor_* | ad_user_port_key) return 1 ;;
  esac
}

ifupdown_note_bond() {
  local option
  for option in ${bond_options+"${bond_options[@]}"}; do
    if ! ifenslave_has "${option%%=*}"; then
      untranslated+=("BONDING_OPTS ${option%%=*}")
    fi
  done
}
