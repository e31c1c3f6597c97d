# shellcheck shell=bash
# Part of the install script: netplan(5) of Ubuntu.

begin_netplan() {
  mkdir -p "$root/etc/netplan"
}

write_netplan() {
  # netplan warns of a file that others can read
  (
    umask 077
    netplan_text >"$root/etc/netplan/60-luna-${dev//[!A-Za-z0-9_-]/_}.yaml"
  )
}

netplan_text() {
  local section=${kind}s
  [ "$kind" != infiniband ] || section=ethernets
  printf 'network:\n  version: 2\n  %s:\n    "%s":\n' "$section" "$dev"
  echo "      dhcp4: $([ "$dhcp" = yes ] && echo true || echo false)"
  [ "$onboot" != no ] || echo '      activation-mode: manual'
  if [ -n "$hwaddr" ]; then
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
    netplan_bond
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

netplan_routes() {
  local route all=(${gateway4:+"0.0.0.0/0 $gateway4"} ${gateway6:+"::/0 $gateway6"} ${routes+"${routes[@]}"})
  if [ "${#all[@]}" -gt 0 ]; then
    echo '      routes:'
    for route in "${all[@]}"; do
      printf '        - {to: "%s", via: "%s"}\n' "${route% *}" "${route#* }"
    done
  fi
}

netplan_bond() {
  local option name
  # shellcheck disable=SC2086  # a list in one string
  netplan_list interfaces ${slaves_of[$dev]:-}
  line_if "${bond_options[*]}" '      parameters:'
  for option in ${bond_options+"${bond_options[@]}"}; do
    case ${option%%=*} in
      mode | primary) name=${option%%=*} ;;
      miimon) name=mii-monitor-interval ;;
      lacp_rate) name=lacp-rate ;;
      xmit_hash_policy) name=transmit-hash-policy ;;
      updelay) name=up-delay ;;
      downdelay) name=down-delay ;;
      *)
        untranslated+=("BONDING_OPTS ${option%%=*}")
        continue
        ;;
    esac
    echo "        $name: \"${option#*=}\""
  done
}
