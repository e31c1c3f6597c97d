# shellcheck shell=bash
# Part of the install script: the BMC. What was set is read back, because a BMC may confirm what it does not do.

# load_ipmi: the device of the BMC. Which of these drivers a machine needs differs; ipmitool will say if none was it.
load_ipmi() {
  local module
  for module in ipmi_devintf ipmi_si ipmi_msghandler; do
    modprobe "$module" || :
  done
  udevadm settle --timeout=10 2>/dev/null || :
}

# set_bmc_password USERID PASSWORD: by stdin, so that no list of processes shows it
set_bmc_password() {
  local LC_ALL=C userid=$1 password=$2
  if [ "${#password}" -gt 20 ]; then
    say "the password of the BMC user has more than the 20 bytes that IPMI has room for"
    return 1
  fi
  if [ "${#password}" -le 16 ]; then
    # asked for without a terminal, ipmitool reads the password, twice, from stdin
    printf '%s\n%s\n' "$password" "$password" | setsid ipmitool user set password "$userid" >/dev/null
  else
    set_long_bmc_password "$userid" "$password"
  fi
}

# Of a password from stdin ipmitool takes 16 bytes; but it takes whole commands from there: Set User Password with the
# bit for 20 bytes (IPMI 2.0, 22.30). It ends with status 0 whatever comes of them.
set_long_bmc_password() {
  local LC_ALL=C password=$2 bytes='' byte position said
  for ((position = 0; position < 20; position++)); do
    byte=0
    if [ "$position" -lt "${#password}" ]; then
      printf -v byte %d "'${password:position:1}"
    fi
    bytes+=" $((byte & 255))"
  done
  said=$(printf 'raw 0x06 0x47 %d 0x02%s\n' "$((128 + $1))" "$bytes" | ipmitool exec /dev/stdin 2>&1) || said+=' failed'
  if [[ $said == *[![:space:]]* ]]; then
    # it may have the command in it
    say "the BMC did not take a password of more than 16 bytes"
    return 1
  fi
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
  say "the BMC does not have what was set: ${differences%; }"
  return 1
}

# bmc_network_differs CHANNEL ADDRESS NETMASK: prints what is different, nothing when all is as it was set
bmc_network_differs() {
  local settings
  settings=$(ipmitool lan print "$1" 2>/dev/null) || :
  differs 'IP address source' 'Static Address' "$(bmc_setting 'IP Address Source' "$settings")"
  differs 'IP address' "$2" "$(bmc_setting 'IP Address' "$settings")"
  differs 'netmask' "$3" "$(bmc_setting 'Subnet Mask' "$settings")"
  differs 'gateway' 0.0.0.0 "$(bmc_setting 'Default Gateway IP' "$settings")"
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

# bmc_user_differs CHANNEL USERID USER: the columns of the list are 4, 17, 8, 11 and 11 wide, then comes the privilege
bmc_user_differs() {
  local line user='' link='' messages='' privilege=''
  while IFS= read -r line; do
    if [ "$(trimmed "${line:0:4}")" = "$2" ]; then
      user=$(trimmed "${line:4:17}")
      read -r _ link messages privilege <<<"${line:21}"
    fi
  done < <(ipmitool user list "$1" 2>/dev/null)
  differs "name of user $2" "$3" "$user"
  differs "link authentication of user $2" true "$link"
  differs "IPMI messages of user $2" true "$messages"
  differs "privilege of user $2" ADMINISTRATOR "$privilege"
}

differs() {
  [ "$2" = "$3" ] || printf '%s is "%s", not "%s"; ' "$1" "$3" "$2"
}

trimmed() {
  local text=${1#"${1%%[! ]*}"}
  printf %s "${text%"${text##*[! ]}"}"
}
