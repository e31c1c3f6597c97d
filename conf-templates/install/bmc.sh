# shellcheck shell=bash
# Part of the install script: the BMC. Only what differs is changed, and what the BMC says afterwards decides:
# there are BMCs that refuse to set what they have already, and others that confirm what they do not do.

# load_ipmi: the device of the BMC. Which of these drivers a machine needs differs;
# ipmitool will say if none was it.
load_ipmi() {
  local module
  if ! command -v ipmitool >/dev/null; then
    say "this initramfs has no ipmitool: install it in the image, then: luna osimage pack NAME --boot"
    return 1
  fi
  for module in ipmi_devintf ipmi_si ipmi_msghandler; do
    modprobe "$module" || :
  done
  udevadm settle --timeout=10 2>/dev/null || :
}

bmc_changes=0 bmc_refusals=''

# change_bmc WHAT ARGUMENT...: sets what differs, and fails with what differs then. In two passes, because
# there are BMCs that forget the address with its source, or the netmask with the address.
change_bmc() {
  local what=$1 before
  shift
  for _ in 1 2; do
    before=$bmc_changes asked=''
    "$what" change_if_differs "$@"
    [ "$bmc_changes" != "$before" ] || return 0
  done
  verify_bmc "$what" differs "$@"
}

# change_if_differs NAME WANTED HAS COMMAND...: a refusal is kept for verify_bmc
change_if_differs() {
  local wanted=$2 has=$3 said
  shift 3
  # one command sets several of the settings
  if [ "$has" = "$wanted" ] || [ "$*" = "$asked" ]; then
    return 0
  fi
  asked=$*
  bmc_changes=$((bmc_changes + 1))
  if ! said=$(ipmitool "$@" 2>&1); then
    said="ipmitool $*: ${said:-no reason was given}"
    [[ $bmc_refusals == *"$said"* ]] || bmc_refusals+=$said$'\n'
  fi
}

# differs NAME WANTED HAS: prints the difference
differs() {
  [ "$2" = "$3" ] || printf '%s is "%s", not "%s"; ' "$1" "$3" "$2"
}

# verify_bmc WHAT...: asks until nothing differs any more; there are BMCs that confirm first and act later
verify_bmc() {
  local try differences=
  for try in 1 2 3 4 5; do
    differences=$("$@")
    if [ -z "$differences" ]; then
      return 0
    fi
    [ "$try" = 5 ] || sleep 2
  done
  tell_refusals
  say "the BMC does not have what was set: ${differences%; }"
  return 1
}

tell_refusals() {
  local refusal
  while IFS= read -r refusal; do
    [ -z "$refusal" ] || say "the BMC refused: $refusal"
  done <<<"$bmc_refusals"
}

# bmc_network HOW CHANNEL ADDRESS NETMASK: gives HOW each setting as it should be, as it is, and how it is set
bmc_network() {
  local how=$1 channel=$2 settings gateway
  settings=$(ipmitool lan print "$channel" 2>/dev/null) || :
  "$how" 'IP address source' 'Static Address' "$(bmc_setting 'IP Address Source' "$settings")" \
    lan set "$channel" ipsrc static
  "$how" 'IP address' "$3" "$(bmc_setting 'IP Address' "$settings")" lan set "$channel" ipaddr "$3"
  "$how" 'netmask' "$4" "$(bmc_setting 'Subnet Mask' "$settings")" lan set "$channel" netmask "$4"
  # a BMC that does not tell its gateway has none
  gateway=$(bmc_setting 'Default Gateway IP' "$settings")
  "$how" 'gateway' 0.0.0.0 "${gateway:-0.0.0.0}" lan set "$channel" defgw ipaddr 0.0.0.0
}

# bmc_setting NAME SETTINGS: the value in a line "NAME   : VALUE"
bmc_setting() {
  local name value
  while IFS=: read -r name value; do
    name=${name%"${name##*[! ]}"}
    if [ "$name" = "$1" ]; then
      trimmed "$value"
      return 0
    fi
  done <<<"$2"
}

# read_bmc_user CHANNEL USERID: sets user link messages privilege. The columns of the list are 4, 17, 8, 11
# and 11 wide, then comes the privilege.
read_bmc_user() {
  local line
  user='' link='' messages='' privilege=''
  while IFS= read -r line; do
    if [ "$(trimmed "${line:0:4}")" = "$2" ]; then
      user=$(trimmed "${line:4:17}")
      read -r _ link messages privilege <<<"${line:21}"
    fi
  done < <(ipmitool user list "$1" 2>/dev/null)
}

# bmc_name HOW CHANNEL USERID USER
bmc_name() {
  local user link messages privilege
  read_bmc_user "$2" "$3"
  "$1" "name of user $3" "$4" "$user" user set name "$3" "$4"
}

# bmc_access HOW CHANNEL USERID
bmc_access() {
  local user link messages privilege how=$1 id=$3
  read_bmc_user "$2" "$3"
  set -- channel setaccess "$2" "$3" link=on ipmi=on callin=on privilege=4
  "$how" "link authentication of user $id" true "$link" "$@"
  "$how" "IPMI messages of user $id" true "$messages" "$@"
  "$how" "privilege of user $id" ADMINISTRATOR "$privilege" "$@"
}

# enable_bmc_user CHANNEL USERID: BMCs that do not tell the state, as in IPMI 1.5, are
# asked for it and believed
enable_bmc_user() {
  asked=''
  change_if_differs "state of user $2" enabled "$(bmc_user_state "$@")" user enable "$2"
  verify_bmc bmc_state_differs "$@"
}

bmc_state_differs() {
  [ "$(bmc_user_state "$@")" != disabled ] || printf 'user %s is disabled; ' "$2"
}

bmc_user_state() {
  bmc_setting 'Enable Status' "$(ipmitool channel getaccess "$1" "$2" 2>/dev/null || :)"
}

# For templates of a site, which may have the set-up of former releases:

# bmc_network_differs CHANNEL ADDRESS NETMASK
bmc_network_differs() {
  bmc_network differs "$@"
}

# bmc_user_differs CHANNEL USERID USER
bmc_user_differs() {
  bmc_name differs "$@"
  bmc_access differs "$@"
}

# reset_bmc: with some BMCs, what was changed counts from then on
reset_bmc() {
  tell_refusals
  # a BMC that goes down at once does not answer
  [ "$bmc_changes" = 0 ] || ipmitool mc reset cold || say "the BMC did not confirm its reset"
}

trimmed() {
  local text=${1#"${1%%[! ]*}"}
  printf %s "${text%"${text##*[! ]}"}"
}
