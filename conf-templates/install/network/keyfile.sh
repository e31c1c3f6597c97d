# shellcheck shell=bash
# Part of the install script: NetworkManager without ifcfg support, nm-settings-keyfile(5).

begin_keyfile() {
  # programs that only newer initramfs images have are not used in this script
  (
    umask 077
    mkdir -p "$root/etc/NetworkManager/system-connections"
  )
}

write_keyfile() {
  local file=$root/etc/NetworkManager/system-connections/$dev.nmconnection
  # NetworkManager takes no profile that others can read
  (
    umask 077
    keyfile_text >"$file"
  )
}

keyfile_text() {
  local option
  printf '[connection]\nid=%s\ntype=%s\ninterface-name=%s\n' "$dev" "$kind" "$dev"
  [ "$onboot" != no ] || echo 'autoconnect=false'
  if [ -n "$master" ]; then
    printf 'master=%s\nslave-type=bond\n' "$master"
  fi
  if [ "$kind" = infiniband ]; then
    printf '\n[infiniband]\ntransport-mode=datagram\n'
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
  elif [ "$kind" = vlan ]; then
    printf '\n[vlan]\nid=%s\nparent=%s\n' "$vlan_id" "$vlan_parent"
  fi
  if [ -z "$master" ]; then
    keyfile_addresses ipv4 "$dhcp" "$gateway4" ${addresses4+"${addresses4[@]}"}
    keyfile_addresses ipv6 no "$gateway6" ${addresses6+"${addresses6[@]}"}
  fi
}

# keyfile_addresses FAMILY DHCP GATEWAY ADDRESS...
keyfile_addresses() {
  local family=$1 dhcp=$2 gateway=$3 method n=0 route address_given
  shift 3
  case $family:$dhcp:$# in
    *:yes:*) method=auto ;;
    ipv4:no:0) method=disabled ;;
    ipv6:no:0) method=auto ;;
    *) method=manual ;;
  esac
  printf '\n[%s]\nmethod=%s\n' "$family" "$method"
  for address_given in "$@"; do
    n=$((n + 1))
    echo "address$n=$address_given"
  done
  line_if "${gateway:-}" "gateway=$gateway"
  keyfile_names "$family"
  n=0
  for route in ${routes+"${routes[@]}"}; do
    if of_family "$family" "$route"; then
      n=$((n + 1))
      echo "route$n=${route/ /,}"
    fi
  done
}

keyfile_names() {
  local server servers=''
  for server in ${dns+"${dns[@]}"}; do
    if of_family "$1" "$server"; then
      servers+="$server;"
    fi
  done
  line_if "${servers:-}" "dns=$servers"
  if [ "$1" = ipv4 ] && [ -n "$search" ]; then
    echo "dns-search=${search// /;};"
  fi
}

of_family() {
  if is_ipv6 "$2"; then
    [ "$1" = ipv6 ]
  else
    [ "$1" = ipv4 ]
  fi
}
