# shellcheck shell=bash
# Part of the install script: systemd-networkd, systemd.network(5) and systemd.netdev(5).

begin_networkd() {
  local unit directory wants
  inside "$root" /etc/systemd/system/multi-user.target.wants
  wants=$place
  inside "$root" /etc/systemd/network
  units=$place
  mkdir -p "$units" "$wants"
  # what was installed here before may describe other interfaces
  rm -f "$units"/10-luna-*
  for directory in /usr/lib/systemd/system /lib/systemd/system; do
    unit=$directory/systemd-networkd.service
    inside "$root" "$unit"
    if [ -e "$place" ] && [ ! -L "$wants/systemd-networkd.service" ]; then
      ln -s "$unit" "$wants/systemd-networkd.service"
    fi
  done
}

write_networkd() {
  local file=$units/10-luna-$dev
  networkd_network >"$file.network"
  case $kind in
    bond | bridge | vlan) networkd_netdev >"$file.netdev" ;;
  esac
}

networkd_network() {
  local item
  printf '[Match]\nName=%s\n' "$dev"
  # a member has the address of its bond
  line_if "${hwaddr:-}" "${master:+Permanent}MACAddress=$hwaddr"
  printf '\n[Link]\n'
  [ "$onboot" != no ] || printf 'ActivationPolicy=manual\nRequiredForOnline=no\n'
  line_if "${mtu:-}" "MTUBytes=$mtu"
  line_if "${macaddr:-}" "MACAddress=$macaddr"
  printf '\n[Network]\n'
  case $dhcp:$dhcp6 in
    yes:yes) echo 'DHCP=yes' ;;
    yes:*) echo 'DHCP=ipv4' ;;
    *:yes) echo 'DHCP=ipv6' ;;
  esac
  networkd_ipv6
  line_if "${master:-}" "Bond=$master"
  if [ -n "$master" ] && [ "${primary_of[$master]:-}" = "$dev" ]; then
    echo 'PrimarySlave=yes'
  fi
  line_if "${bridge:-}" "Bridge=$bridge"
  for item in ${vlans_of[$dev]:-}; do ! is_usable "$item" || echo "VLAN=$item"; done
  for item in ${addresses4+"${addresses4[@]}"} ${addresses6+"${addresses6[@]}"}; do echo "Address=$item"; done
  for item in $gateway4 $gateway6; do is_beyond "$item" || echo "Gateway=$item"; done
  for item in ${dns+"${dns[@]}"}; do echo "DNS=$item"; done
  line_if "${search:-}" "Domains=$search"
  if [ "$dhcp6" = yes ] && [ "$autoconf" = no ]; then
    printf '\n[DHCPv6]\nWithoutRA=solicit\n'
  fi
  for item in $gateway4 $gateway6; do
    ! is_beyond "$item" || networkd_route "Gateway=$item"
  done
  for item in ${routes+"${routes[@]}"}; do
    networkd_route "Gateway=${item#* }" "Destination=${item% *}"
  done
}

# networkd_route GATEWAY [DESTINATION]: it waits for ever for a gateway that it cannot reach
networkd_route() {
  printf '\n[Route]\n'
  line_if "${2:-}" "${2:-}"
  echo "$1"
  ! is_beyond "${1#*=}" || echo 'GatewayOnLink=yes'
}

# networkd_ipv6: without a word of it, networkd does as routers advertise
networkd_ipv6() {
  case $ipv6:$autoconf in
    no:*) printf 'LinkLocalAddressing=no\nIPv6AcceptRA=no\n' ;;
    *:yes) echo 'IPv6AcceptRA=yes' ;;
    *:no) echo 'IPv6AcceptRA=no' ;;
  esac
}

networkd_netdev() {
  printf '[NetDev]\nName=%s\nKind=%s\n' "$dev" "$kind"
  line_if "${macaddr:-}" "MACAddress=$macaddr"
  case $kind in
    vlan) printf '\n[VLAN]\nId=%s\n' "$vlan_id" ;;
    bridge)
      printf '\n[Bridge]\nSTP=%s\n' "$stp"
      line_if "$delay" "ForwardDelaySec=$delay"
      ;;
    bond) networkd_bond ;;
  esac
}

networkd_bond() {
  local option name
  printf '\n[Bond]\n'
  for option in ${bond_options+"${bond_options[@]}"}; do
    bond_value "${option%%=*}" "${option#*=}"
    networkd_has "${option%%=*}=$value" || continue
    case ${option%%=*} in
      mode) name=Mode ;;
      miimon) name=MIIMonitorSec value+=ms ;;
      updelay) name=UpDelaySec value+=ms ;;
      downdelay) name=DownDelaySec value+=ms ;;
      arp_interval) name=ARPIntervalSec value+=ms ;;
      lacp_rate) name=LACPTransmitRate ;;
      xmit_hash_policy) name=TransmitHashPolicy ;;
      ad_select) name=AdSelect ;;
      ad_actor_sys_prio) name=AdActorSystemPriority ;;
      ad_actor_system) name=AdActorSystem ;;
      ad_user_port_key) name=AdUserPortKey ;;
      min_links) name=MinLinks ;;
      arp_ip_target) name=ARPIPTargets value=${value//,/ } ;;
      arp_validate) name=ARPValidate ;;
      arp_all_targets) name=ARPAllTargets ;;
      fail_over_mac) name=FailOverMACPolicy ;;
      primary_reselect) name=PrimaryReselectPolicy ;;
      resend_igmp) name=ResendIGMP ;;
      num_grat_arp | num_unsol_na) name=GratuitousARP ;;
      all_slaves_active) name=AllSlavesActive ;;
      tlb_dynamic_lb) name=DynamicTransmitLoadBalancing ;;
      packets_per_slave) name=PacketsPerSlave ;;
      lp_interval) name=LearnPacketIntervalSec ;;
      primary) continue ;;
      *)
        untranslated+=("BONDING_OPTS ${option%%=*}")
        continue
        ;;
    esac
    echo "$name=$value"
  done
}

# networkd_has OPTION=VALUE: values of the kernel that it has no word for are told
networkd_has() {
  case $1 in
    xmit_hash_policy=vlan+srcmac | arp_validate=filter*)
      untranslated+=("BONDING_OPTS ${1%%=*} (systemd-networkd has no ${1#*=})")
      return 1
      ;;
  esac
}
