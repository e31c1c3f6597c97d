# shellcheck shell=bash
# Part of the install script: netplan(5) of Ubuntu. One definition that it refuses, and no
# interface gets a file.

begin_netplan() {
  inside "$root" /etc/netplan
  definitions=$place
  mkdir -p "$definitions"
  # what was installed here before may define other interfaces
  rm -f "$definitions"/6[0-9]-luna-*.yaml
}

write_netplan() {
  # files are read in the order of their names, and know what an earlier one defined
  below "$dev"
  [ "$level" -lt 9 ] || level=9
  netplan_bond_options
  call_file "$dev"
  if [ "$kind" = infiniband ] && [ -n "$hwaddr" ]; then
    untranslated+=(HWADDR)
  fi
  # netplan warns of a file that others can read
  (
    umask 077
    netplan_text >"$definitions/6$level-luna-$file_name.yaml"
  )
}

netplan_text() {
  local section=${kind}s
  [ "$kind" != infiniband ] || section=ethernets
  printf 'network:\n  version: 2\n  %s:\n    "%s":\n' "$section" "$dev"
  echo "      dhcp4: $([ "$dhcp" = yes ] && echo true || echo false)"
  netplan_ipv6
  [ "$onboot" != no ] || echo '      activation-mode: manual'
  if [ -n "$hwaddr" ] && [ "$kind" != infiniband ]; then
    printf '      match: {macaddress: "%s"}\n      set-name: "%s"\n' "$hwaddr" "$dev"
  fi
  line_if "${macaddr:-}" "      macaddress: \"$macaddr\""
  line_if "${mtu:-}" "      mtu: $mtu"
  netplan_list addresses ${addresses4+"${addresses4[@]}"} ${addresses6+"${addresses6[@]}"}
  netplan_routes
  if [ -n "${dns:-}$search" ]; then
    echo '      nameservers:'
    netplan_list '  addresses' ${dns+"${dns[@]}"}
    # shellcheck disable=SC2086  # a list in one string
    netplan_list '  search' $search
  fi
  if [ "$kind" = vlan ]; then
    printf '      id: %s\n      link: "%s"\n' "$vlan_id" "$vlan_parent"
  elif [ "$kind" = bond ]; then
    netplan_members
    line_if "$parameters" '      parameters:'
    printf '%s' "$parameters"
  elif [ "$kind" = bridge ]; then
    netplan_members
    printf '      parameters:\n        stp: %s\n' "$([ "$stp" = yes ] && echo true || echo false)"
    line_if "$delay" "        forward-delay: $delay"
  fi
}

# netplan_list KEY VALUE...
netplan_list() {
  local key=$1 value quoted=()
  shift
  for value in "$@"; do
    quoted+=("\"$value\"")
  done
  if [ "$#" -gt 0 ]; then
    echo "      $key: [$(each "${quoted[@]}")]"
  fi
}

# netplan_ipv6: without a word of it, networkd does as routers advertise
netplan_ipv6() {
  [ "$dhcp6" != yes ] || echo '      dhcp6: true'
  case $ipv6:$autoconf in
    no:*) printf '      accept-ra: false\n      link-local: []\n' ;;
    *:yes) echo '      accept-ra: true' ;;
    *:no) echo '      accept-ra: false' ;;
  esac
}

netplan_routes() {
  local route link all=(${gateway4:+"0.0.0.0/0 $gateway4"} ${gateway6:+"::/0 $gateway6"} ${routes+"${routes[@]}"})
  if [ "${#all[@]}" -gt 0 ]; then
    echo '      routes:'
    for route in "${all[@]}"; do
      link=''
      ! is_beyond "${route#* }" || link=', on-link: true'
      printf '        - {to: "%s", via: "%s"%s}\n' "${route% *}" "${route#* }" "$link"
    done
  fi
}

netplan_members() {
  # shellcheck disable=SC2086  # a list in one string
  netplan_list interfaces ${lowers_of[$dev]:-}
}

# netplan_bond_options: sets parameters to lines
netplan_bond_options() {
  local option name
  parameters=''
  for option in ${bond_options+"${bond_options[@]}"}; do
    bond_value "${option%%=*}" "${option#*=}"
    networkd_has "${option%%=*}=$value" || continue
    case ${option%%=*} in
      mode | primary | lacp_rate | min_links | ad_select | arp_interval | arp_validate | resend_igmp) name=${option%%=*} ;;
      arp_all_targets | all_slaves_active | packets_per_slave) name=${option%%=*} ;;
      miimon) name=mii-monitor-interval ;;
      xmit_hash_policy) name=transmit-hash-policy ;;
      updelay) name=up-delay ;;
      downdelay) name=down-delay ;;
      fail_over_mac) name=fail-over-mac-policy ;;
      primary_reselect) name=primary-reselect-policy ;;
      num_grat_arp | num_unsol_na) name=gratuitous-arp ;;
      lp_interval) name=learn-packet-interval ;;
      arp_ip_target) name=arp-ip-targets value="[${value//,/, }]" ;;
      *)
        untranslated+=("BONDING_OPTS ${option%%=*}")
        continue
        ;;
    esac
    netplan_parameter "${name//_/-}"
  done
}

netplan_parameter() {
  case $1 in
    arp-ip-targets | min-links | resend-igmp | gratuitous-arp | packets-per-slave) ;;
    all-slaves-active) [ "$value" = 1 ] && value=true || value=false ;;
    *) value="\"$value\"" ;;
  esac
  parameters+="        $1: $value"$'\n'
}
