# shellcheck shell=bash
# Part of the install script: BONDING_OPTS, in the words of the kernel's bonding
# documentation. An option that its mode does not have, or that lacks another, makes
# NetworkManager refuse the profile and the kernel the bond.

# read_bond: sets bond_options to NAME=VALUE each, and kind where there are any
read_bond() {
  local pair mode=balance-rr
  take BONDING_OPTS '^[A-Za-z0-9 =.,:_+-]+$'
  if [ -n "$taken" ]; then
    kind=bond
  fi
  for pair in $taken; do
    if [[ $pair == mode=* ]] && bond_value mode "${pair#mode=}"; then
      mode=$value
    fi
  done
  for pair in $taken; do
    add_bond_option "${pair%%=*}" "${pair#*=}"
  done
  settle_bond_options
  take_flag BONDING_MASTER
  if [ "$taken" = yes ]; then
    kind=bond
  fi
}

# add_bond_option NAME VALUE: the mode by its name, as everybody but the kernel writes it
add_bond_option() {
  local wanted=$2
  if [ "$1" = arp_ip_target ]; then
    find_bond_option arp_ip_target || :
    without_bond_option arp_ip_target
    wanted=${found:+$found,}${2//+/}
  fi
  if ! bond_value "$1" "$wanted"; then
    untranslated+=("BONDING_OPTS $1")
  elif ! mode_has "$1"; then
    without_effect+=("BONDING_OPTS $1 (the mode is $mode)")
  elif [ "$1" = mode ]; then
    bond_options+=("mode=$mode")
  else
    bond_options+=("$1=$wanted")
  fi
}

# bond_value NAME VALUE: sets value to VALUE by its name; fails where the kernel has no such option or value
bond_value() {
  local number='^[0-9]{1,9}$' target targets
  value=$2
  case $1 in
    mode) named balance-rr active-backup balance-xor broadcast 802.3ad balance-tlb balance-alb ;;
    lacp_rate) named slow fast ;;
    xmit_hash_policy) named layer2 layer3+4 layer2+3 encap2+3 encap3+4 vlan+srcmac ;;
    ad_select) named stable bandwidth count ;;
    fail_over_mac) named none active follow ;;
    primary_reselect) named always better failure ;;
    arp_validate) named none active backup all filter filter_active filter_backup ;;
    arp_all_targets) named any all ;;
    use_carrier | all_slaves_active | tlb_dynamic_lb) [[ $2 == [01] ]] ;;
    num_grat_arp | num_unsol_na | resend_igmp) [[ $2 =~ $number ]] && ((10#$2 <= 255)) ;;
    packets_per_slave) [[ $2 =~ $number ]] && ((10#$2 <= 65535)) ;;
    ad_actor_sys_prio) [[ $2 =~ $number ]] && ((10#$2 >= 1 && 10#$2 <= 65535)) ;;
    lp_interval) [[ $2 =~ $number ]] && ((10#$2 >= 1)) ;;
    ad_user_port_key) [[ $2 =~ $number ]] && ((10#$2 <= 1023)) ;;
    miimon | updelay | downdelay | arp_interval | min_links | peer_notif_delay) [[ $2 =~ $number ]] ;;
    primary | active_slave) [[ $2 =~ $word ]] ;;
    ad_actor_system) is_hardware "$2" && is_station "$2" ;;
    arp_ip_target)
      read -r -a targets <<<"${2//,/ }"
      # BOND_MAX_ARP_TARGETS of the kernel
      [ "${#targets[@]}" -le 16 ] || return 1
      for target in ${targets+"${targets[@]}"}; do
        is_ipv4 "$target" && is_host "$target" || return 1
      done
      ;;
    *) return 1 ;;
  esac
}

# named NAME...: value is one of the names, or the number of one
named() {
  local n=0 name
  for name in "$@"; do
    if [ "$value" = "$n" ] || [ "$value" = "$name" ]; then
      value=$name
      return 0
    fi
    n=$((n + 1))
  done
  return 1
}

# mode_has NAME: the bond's mode has that option
mode_has() {
  case $1:$mode in
    ad_select:* | lacp_rate:802.3ad | ad_*:802.3ad | packets_per_slave:balance-rr | tlb_dynamic_lb:balance-[ta]lb) ;;
    primary*:active-backup | primary*:balance-[ta]lb | active_slave:active-backup | active_slave:balance-[ta]lb) ;;
    lacp_rate:* | ad_*:* | packets_per_slave:* | tlb_dynamic_lb:* | primary*:* | active_slave:*) return 1 ;;
    arp_*:802.3ad | arp_*:balance-[ta]lb) return 1 ;;
  esac
}

# settle_bond_options: links are watched by MII or by ARP, and the other options of each need that one
settle_bond_options() {
  if find_bond_option miimon && ((10#$found > 0)); then
    round_peer_delay "$found"
    drop_bond_options 'miimon watches the links' arp_interval arp_ip_target arp_validate arp_all_targets
  else
    drop_bond_options 'it needs miimon' updelay downdelay peer_notif_delay
  fi
  if ! find_bond_option arp_interval || ((10#$found == 0)); then
    drop_bond_options 'it needs arp_interval' arp_ip_target arp_validate arp_all_targets
  elif ! find_bond_option arp_ip_target; then
    drop_bond_options 'it needs arp_ip_target' arp_interval arp_validate arp_all_targets
  fi
  if find_bond_option num_grat_arp; then
    drop_bond_options 'num_grat_arp is the same' num_unsol_na
  fi
}

# round_peer_delay MIIMON: down to a multiple, as the kernel does; NetworkManager refuses any other profile
round_peer_delay() {
  local rest
  if find_bond_option peer_notif_delay; then
    rest=$((10#$found % 10#$1))
    if ((rest > 0)); then
      without_bond_option peer_notif_delay
      bond_options+=("peer_notif_delay=$((10#$found - rest))")
    fi
  fi
}

# settle_primary: the primary is one of the members
settle_primary() {
  local name
  for name in primary active_slave; do
    if find_bond_option "$name" && [[ " ${lowers_of[$dev]:-}" != *" $found "* ]]; then
      drop_bond_options 'it is no member of this bond' "$name"
    fi
  done
}

# find_bond_option NAME: sets found to its value; fails where there is none
find_bond_option() {
  local option
  found=''
  for option in ${bond_options+"${bond_options[@]}"}; do
    if [ "${option%%=*}" = "$1" ]; then
      found=${option#*=}
    fi
  done
  [ -n "$found" ]
}

drop_bond_options() {
  local reason=$1 name
  shift
  for name in "$@"; do
    if find_bond_option "$name"; then
      without_effect+=("BONDING_OPTS $name ($reason)")
      without_bond_option "$name"
    fi
  done
}

without_bond_option() {
  local option kept=()
  for option in ${bond_options+"${bond_options[@]}"}; do
    if [ "${option%%=*}" != "$1" ]; then
      kept+=("$option")
    fi
  done
  bond_options=(${kept+"${kept[@]}"})
}
