# shellcheck shell=bash
# Part of the install script: the password of the BMC's user, which nobody can read back.

# fetch_bmc_password NODE: prints it. The server tells it to root of the node while that is installed.
fetch_bmc_password() {
  curl -sS -f "${root_port[@]}" --retry 5 --connect-timeout 10 --max-time 60 \
    "${torrent_url%/torrents/*}/luna?step=bmc&node=$1"
}

# bmc_is_set NODE PRINT: the server remembers that this BMC has taken what the print stands for
bmc_is_set() {
  [ -n "$2" ] || return 0
  curl -s -o /dev/null "${root_port[@]}" --connect-timeout 5 --max-time 20 \
    "${torrent_url%/torrents/*}/luna?step=bmc&node=$1&set=$2" || :
}

# set_bmc_password USERID PASSWORD [given]: by stdin, so that no list of processes shows it. A BMC that does
# not tell whether it has that one is told it again, unless it was given before and nothing else has changed:
# one that was exchanged or reset lacks more than the password.
set_bmc_password() {
  local LC_ALL=C userid=$1 password=$2 before=${3:-} room=16 known said
  if [ "${#password}" -gt 20 ]; then
    say "the password of the BMC user has more than the 20 bytes that IPMI has room for"
    return 1
  fi
  [ "${#password}" -le 16 ] || room=20
  known=$(bmc_password_is "$userid" "$room" "$password")
  if [ "$known" = right ] || [ "$known$bmc_changes$before" = 0given ]; then
    return 0
  fi
  bmc_changes=$((bmc_changes + 1))
  if ! said=$("set_bmc_password_of_$room" "$userid" "$password"); then
    say "the BMC did not take ${said:-the password of user $userid}"
    return 1
  fi
  # where the BMC told that it had another one, it can tell that it still has
  if [ "$known" = wrong ]; then
    verify_bmc bmc_password_differs "$userid" "$room" "$password"
  fi
}

# set_bmc_password_of_16 USERID PASSWORD: prints why not
set_bmc_password_of_16() {
  local said
  # asked for without a terminal, ipmitool reads the password, twice, from stdin; its status alone counts
  if ! said=$(setsid ipmitool user set password "$1" < <(printf '%s\n%s\n' "$2" "$2" 2>/dev/null) 2>&1); then
    said=${said//Password for user $1: /}
    [[ -n $2 && $said == *"$2"* ]] || printf 'the password of user %s: %s' "$1" "${said:-no reason was given}"
    return 1
  fi
}

# Of a password from stdin ipmitool takes 16 bytes; but it takes whole commands from there: Set User Password
# with the bit for 20 bytes (IPMI 2.0, 22.30). It ends with status 0 whatever comes of them.
set_bmc_password_of_20() {
  local password=$2 bytes='' byte position said
  for ((position = 0; position < 20; position++)); do
    byte=0
    if [ "$position" -lt "${#password}" ]; then
      printf -v byte %d "'${password:position:1}"
    fi
    bytes+=" $((byte & 255))"
  done
  printf -v bytes 'raw 0x06 0x47 %d 0x02%s' "$((128 + $1))" "$bytes"
  said=$(ipmitool exec /dev/stdin < <(printf '%s\n' "$bytes" 2>/dev/null) 2>&1) || said+=' failed'
  if [[ $said == *[![:space:]]* ]]; then
    # it may have the command in it
    printf 'a password of more than 16 bytes'
    return 1
  fi
}

# bmc_password_is USERID BYTES PASSWORD: prints "right" or "wrong" (IPMI 2.0, 22.30: test password), nothing
# where the BMC does not tell
bmc_password_is() {
  local other=${3}x
  [ "${#3}" -lt "$2" ] || other=${3%?}
  case $(test_bmc_password "$1" "$2" "$3") in
    *Success*)
      # there are BMCs that say so of every password
      case $(test_bmc_password "$1" "$2" "$other") in *Failure*) echo right ;; esac
      ;;
    *'password incorrect'*) echo wrong ;;
  esac
}

test_bmc_password() {
  setsid ipmitool user test "$1" "$2" < <(printf '%s\n' "$3" 2>/dev/null) 2>/dev/null || :
}

bmc_password_differs() {
  [ "$(bmc_password_is "$@")" != wrong ] || printf 'the password of user %s is another one; ' "$1"
}
