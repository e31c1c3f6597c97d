# shellcheck shell=bash
# Part of the install script: what the interfaces are to be, read from the staged ifcfg files, and which of
# the ways to say it the installed system understands. Each file of network/ says it in one of them.

set_network() {
  set_hostname
  stage_interfaces
  write_network "$luna/network"
}

# set_sysconfig_hostname NAME: where EL looks for it; other lines of the file stay
set_sysconfig_hostname() {
  local file line kept='' place
  inside "$root" /etc/sysconfig/network
  file=$place
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
  if [ "$way" != ifcfg ]; then
    stage_implied "$1"
  fi
  for file in "$1"/ifcfg-*; do
    if [ -e "$file" ]; then
      write_interface "$file"
    fi
  done
}

write_interface() {
  local unread=()
  read_interface "$1"
  settle_interface
  if [ "$way" != ifcfg ] && [ "${file_of[$dev]}" != "$1" ]; then
    without_effect=("DEVICE (${file_of[$dev]##*/ifcfg-} is $dev already)")
  elif is_written "$way"; then
    "write_$way" "$1"
    note_unread "$way"
  fi
  report_interface "$way"
}

# is_written WAY: the text of EL is whatever it says; an alias has a place of its own in interfaces(5) alone
is_written() {
  case $1:$dev in
    ifcfg:* | ifupdown:*:*) ;;
    *:*:*) return 1 ;;
    *) is_usable "$dev" ;;
  esac
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

# has PATTERN: something of that name is in the image, which the head has elsewhere when it asks
has() {
  local pattern=$1 folder='' place
  while [[ $pattern == */* && ${pattern%%/*} != *\** ]]; do
    folder+=/${pattern%%/*}
    pattern=${pattern#*/}
  done
  inside "${LUNA_IMAGE:-$root}" "$folder"
  compgen -G "$place/$pattern" >/dev/null
}

# inside TOP PATH: sets place to where PATH is for a system whose / is TOP, and that no link leads out of
inside() {
  local at='' rest=$2 name target links=0
  while [ -n "$rest" ]; do
    name=${rest%%/*}
    rest=${rest#"$name"}
    rest=${rest#/}
    case $name in
      '' | .) ;;
      ..) at=${at%/*} ;;
      *)
        if [ -L "$1$at/$name" ] && [ "$links" -lt 40 ]; then
          links=$((links + 1))
          target=$(readlink "$1$at/$name")
          [[ $target != /* ]] || at=''
          rest=$target/$rest
        else
          at+=/$name
        fi
        ;;
    esac
  done
  place=$1$at
}

# read_ifcfg FILE: sets cfg, key by key. The text is read, not run: it is the operator's, but it is data here.
# What is more than a value and a comment would be a command.
declare -A cfg
read_ifcfg() {
  local line key pattern='^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$'
  cfg=()
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line =~ $pattern ]] && key=${BASH_REMATCH[1]} && unquote "${BASH_REMATCH[2]}"; then
      cfg[$key]=$unquoted
    elif [[ $line =~ [^[:space:]] && ! $line =~ ^[[:space:]]*# ]]; then
      untranslated+=("$line")
    fi
  done <"$1"
}

# unquote VALUE: fails where there is more behind it than a comment
unquote() {
  local rest
  case $1 in
    \"*\"*) rest=${1#\"} unquoted=${rest%%\"*} rest=${rest#*\"} ;;
    \'*\'*) rest=${1#\'} unquoted=${rest%%\'*} rest=${rest#*\'} ;;
    *) unquoted=${1%%[[:space:]]*} rest=${1#"${1%%[[:space:]]*}"} ;;
  esac
  [[ $rest =~ ^[[:space:]]*(#.*)?$ ]]
}
