# shellcheck shell=bash
# Part of the install script: systemd-networkd, systemd.network(5) and systemd.netdev(5).

begin_networkd() {
  local unit directory wants=$root/etc/systemd/system/multi-user.target.wants
  mkdir -p "$root/etc/systemd/network" "$wants"
  for directory in /usr/lib/systemd/system /lib/systemd/system; do
    unit=$directory/systemd-networkd.service
    if [ -e "$root$unit" ] && [ ! -L "$wants/systemd-networkd.service" ]; then
      ln -s "$unit" "$wants/systemd-networkd.service"
    fi
  done
}

write_networkd() {
  local file=$root/etc/systemd/network/10-luna-$dev
  networkd_network >"$file.network"
  if [ "$kind" = bond ] || [ "$kind" = vlan ]; then
    networkd_netdev >"$file.netdev"
  fi
}

networkd_network() {
  local item
  printf '[Match]\nName=%s\n' "$dev"
  line_if "${hwaddr:-}" "MACAddress=$hwaddr"
  printf '\n[Link]\n'
  [ "$onboot" != no ] || printf 'ActivationPolicy=manual\nRequiredForOnline=no\n'
  line_if "${mtu:-}" "MTUBytes=$mtu"
  line_if "${macaddr:-}" "MACAddress=$macaddr"
  printf '\n[Network]\n'
  [ "$dhcp" != yes ] || echo 'DHCP=ipv4'
  line_if "${master:-}" "Bond=$master"
  for item in ${vlans_of[$dev]:-}; do echo "VLAN=$item"; done
  for item in ${addresses4+"${addresses4[@]}"} ${addresses6+"${addresses6[@]}"}; do echo "Address=$item"; done
  for item in $gateway4 $gateway6; do echo "Gateway=$item"; done
  for item in ${dns+"${dns[@]}"}; do echo "DNS=$item"; done
  line_if "${search:-}" "Domains=$search"
  for item in ${routes+"${routes[@]}"}; do
    printf '\n[Route]\nDestination=%s\nGateway=%s\n' "${item% *}" "${item#* }"
  done
}

networkd_netdev() {
  local option name value
  printf '[NetDev]\nName=%s\nKind=%s\n' "$dev" "$kind"
  line_if "${macaddr:-}" "MACAddress=$macaddr"
  if [ "$kind" = vlan ]; then
    printf '\n[VLAN]\nId=%s\n' "$vlan_id"
    return 0
  fi
  printf '\n[Bond]\n'
  for option in ${bond_options+"${bond_options[@]}"}; do
    value=${option#*=}
    case ${option%%=*} in
      mode) name=Mode ;;
      miimon) name=MIIMonitorSec value=${value}ms ;;
      updelay) name=UpDelaySec value=${value}ms ;;
      downdelay) name=DownDelaySec value=${value}ms ;;
      lacp_rate) name=LACPTransmitRate value=${value/#1/fast} value=${value/#0/slow} ;;
      xmit_hash_policy) name=TransmitHashPolicy ;;
      *)
        untranslated+=("BONDING_OPTS ${option%%=*}")
        continue
        ;;
    esac
    echo "$name=$value"
  done
}
