# shellcheck shell=bash
# Part of the install script: what the interfaces are to be, read from the staged ifcfg files, and which of the ways to
# say it the installed system understands. Each file of network/ says it in one of them.

set_network() {
  set_hostname
  stage_interfaces
  write_network "$luna/network"
}

# set_sysconfig_hostname NAME: where EL looks for it; other lines of the file stay
set_sysconfig_hostname() {
  local file=$root/etc/sysconfig/network line kept=''
  if [ ! -d "${file%/*}" ]; then
    return 0
  fi
  if [ -r "$file" ]; then
    while IFS= read -r line; do
      if [[ $line != HOSTNAME=* ]]; then
        kept+=$line$'\n'
      fi
    done <"$file"
  fi
  printf '%sHOSTNAME=%s\n' "$kept" "$1" >"$file"
}

# write_network DIRECTORY: DIRECTORY holds one ifcfg-NAME for each interface
write_network() {
  local file way
  way=$(network_way)
  if [ "$way" = none ]; then
    say "the image has nothing that configures a network; no interface was written"
    return 0
  fi
  say "network files: $way"
  "begin_$way"
  read_relations "$1"
  for file in "$1"/ifcfg-*; do
    if [ -e "$file" ]; then
      read_interface "$file"
      "write_$way" "$file"
      report_untranslated "$way"
    fi
  done
}

# network_way: prints what the image on $root uses
network_way() {
  if has 'usr/sbin/netplan' && has 'etc/netplan'; then
    echo netplan
  elif has 'etc/sysconfig/network-scripts/ifup' || has 'usr/lib*/NetworkManager/*/libnm-settings-plugin-ifcfg-rh.so'; then
    echo ifcfg
  elif has 'etc/network' && { has 'sbin/ifup' || has 'usr/sbin/ifup'; }; then
    echo ifupdown
  elif has 'usr/sbin/NetworkManager'; then
    echo keyfile
  elif has 'usr/lib/systemd/systemd-networkd' || has 'lib/systemd/systemd-networkd'; then
    echo networkd
  elif has 'etc/sysconfig/network-scripts'; then
    echo ifcfg
  else
    echo none
  fi
}

# has PATTERN: something of that name is in the image
has() {
  compgen -G "$root/$1" >/dev/null
}

# read_ifcfg FILE: sets cfg, key by key. The text is read, not run: it is the operator's, but it is data here.
declare -A cfg
read_ifcfg() {
  local line pattern='^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$'
  cfg=()
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line =~ $pattern ]]; then
      unquote "${BASH_REMATCH[2]}"
      cfg[${BASH_REMATCH[1]}]=$unquoted
    elif [[ $line =~ [^[:space:]] && ! $line =~ ^[[:space:]]*# ]]; then
      untranslated+=("$line")
    fi
  done <"$1"
}

unquote() {
  case $1 in
    \"*\"*) unquoted=${1#\"} unquoted=${unquoted%%\"*} ;;
    \'*\'*) unquoted=${1#\'} unquoted=${unquoted%%\'*} ;;
    *) unquoted=${1%%[[:space:]]*} ;;
  esac
}

# read_relations DIRECTORY: which interfaces have which slaves and which VLANs on top
declare -A slaves_of vlans_of
read_relations() {
  local file
  slaves_of=() vlans_of=()
  for file in "$1"/ifcfg-*; do
    if [ -e "$file" ]; then
      read_interface "$file"
      if [ -n "$master" ]; then
        slaves_of[$master]+="$dev "
      fi
      if [ -n "$vlan_parent" ]; then
        vlans_of[$vlan_parent]+="$dev "
      fi
    fi
  done
}

# read_interface FILE: sets dev kind onboot dhcp addresses4 addresses6 gateway4 gateway6 dns search mtu hwaddr macaddr
# master bond_options vlan_id vlan_parent routes, and untranslated with all that is in none of these.
read_interface() {
  untranslated=()
  read_ifcfg "$1"
  take DEVICE "$word" "${1##*/ifcfg-}" && dev=$taken
  take ONBOOT "$word" yes && onboot=${taken,,}
  take BOOTPROTO "$word" none && dhcp=no
  case ${taken,,} in dhcp | bootp) dhcp=yes ;; esac
  take MTU '^[0-9]+$' && mtu=$taken
  take HWADDR "$hardware" && hwaddr=$taken
  take MACADDR "$hardware" && macaddr=$taken
  take MASTER "$word" && master=$taken
  take DOMAIN '^[A-Za-z0-9. _-]+$' && search=$taken
  read_kind
  read_addresses
  read_routes
  note_unknown_keys
}

word='^[A-Za-z0-9][A-Za-z0-9._:-]*$'
hardware='^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+$'
address='^[0-9A-Fa-f.:]+$'

# take KEY PATTERN [DEFAULT]: sets taken; what does not look as it should is left out, and told
take() {
  taken=${cfg[$1]:-${3:-}}
  if [ -n "$taken" ] && [[ ! $taken =~ $2 ]]; then
    untranslated+=("$1")
    taken=${3:-}
  fi
  return 0
}
