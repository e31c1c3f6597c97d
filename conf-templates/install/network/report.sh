# shellcheck shell=bash
# Part of the install script: what of an interface is lost, on the console and to the server.

# note_unread WAY: sets unread to the keys that the image has nobody to read, each with the package that would
note_unread() {
  local resolver=systemd-resolved
  unread=()
  case $1 in
    ifupdown)
      resolver='resolvconf or systemd-resolved'
      if [ "$kind" = bond ] && ! has 'etc/network/if-pre-up.d/ifenslave'; then
        unread+=('BONDING_OPTS (install ifenslave)')
      elif [ "$kind" = bridge ] && ! has '*bin/brctl' && ! has 'usr/*bin/brctl'; then
        unread+=('BRIDGE (install bridge-utils)')
      fi
      has_dhcp_client dhclient udhcpc dhcpcd || [ "$dhcp" != yes ] || unread+=('BOOTPROTO (install isc-dhcp-client)')
      has_dhcp_client dhclient || [ "$dhcp6" != yes ] || unread+=('DHCPV6C (install isc-dhcp-client)')
      ;;
    networkd | netplan)
      case " ${dns[*]} " in
        *' 127.0.0.5'[34]' '*) unread+=('DNS 127.0.0.53 (systemd-resolved is there itself)') ;;
      esac
      ;;
    *) return 0 ;;
  esac
  if [ -n "${dns:-}$search" ] && ! has_resolver "$1"; then
    unread+=("DNS and DOMAIN (install $resolver)")
  fi
}

has_dhcp_client() {
  local program
  for program in "$@"; do
    if has "sbin/$program" || has "usr/sbin/$program"; then
      return 0
    fi
  done
  return 1
}

# has_resolver WAY: the image has a program that takes the name servers of an interface
has_resolver() {
  if [ "$1" = ifupdown ] && has 'etc/network/if-up.d/000resolvconf'; then
    return 0
  elif [ "$1" = netplan ] && has 'usr/sbin/NetworkManager'; then
    return 0
  fi
  has 'usr/lib/systemd/systemd-resolved' || has 'lib/systemd/systemd-resolved'
}

# report_interface WAY: files of EL keep the operator's text, so only what never has an effect is told there
report_interface() {
  local lost=(${without_effect+"${without_effect[@]}"})
  if [ "$1" = ifcfg ]; then
    tell_lost 'without effect' 'without effect' ${lost+"${lost[@]}"}
  else
    tell_lost "no $1 form of" 'not translated' ${untranslated+"${untranslated[@]}"} ${lost+"${lost[@]}"}
  fi
  tell_lost 'nothing in the image reads' 'not read' ${unread+"${unread[@]}"}
}

# tell_lost WHAT STATUS NAME...: to the server in the letters that a status may have,
# without the reasons in brackets
tell_lost() {
  local what=$1 status=$2 name
  shift 2
  for name in "$@"; do
    say "interface $dev: $what: $name"
    name=${name%% (*}
    name=${name%%=*}
    post "install.setnet $dev $status ${name//[!A-Za-z0-9_.-]/_}"
  done
}

# line_if VALUE TEXT: prints TEXT where there is a VALUE
line_if() {
  if [ -n "$1" ]; then
    printf '%s\n' "$2"
  fi
}

# each VALUE...: the values between commas and blanks
each() {
  local out='' value
  for value in "$@"; do
    out+=${out:+, }$value
  done
  printf '%s' "$out"
}
