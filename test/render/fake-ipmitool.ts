// An ipmitool for tests of the install script: a BMC whose settings are files of a folder, and which refuses
// what it is told to.

/**
 * What the BMC has when all is as `bmc` of install-script.ts wants it; each is a file of the folder `bmc`.
 */
export const rightBmc = {
  ...{ ipsrc: 'Static Address', ipaddr: '10.31.0.1', netmask: '255.255.0.0', defgw: '0.0.0.0' },
  ...{ name: 'admin', access: 'true true true ADMINISTRATOR', enabled: 'enabled' },
}

/**
 * In the environment: LUNA_FOLDER, where `bmc/` is and `asked` is written; REFUSED, a pattern of commands
 * that are refused and change nothing; DEAF, of those that are confirmed and change nothing; TESTS, how
 * passwords are tested: `well`, `blindly` or not at all.
 */
export const fakeIpmitool = `#!/bin/bash
cd "$LUNA_FOLDER/bmc" || exit
echo "$*" >>../asked
if [[ -n $REFUSED && $* == $REFUSED ]]; then
  echo "Password for user 3: Invalid data field in request" >&2
  exit 1
fi
[[ -z $DEAF || $* != $DEAF ]] || exit 0
case "$*" in
  'lan print 1')
    printf '%s\\n' "IP Address Source       : $(<ipsrc)" "IP Address              : $(<ipaddr)" \\
      "Subnet Mask             : $(<netmask)" 'MAC Address             : 52:54:00:00:ff:01' "Default Gateway IP      : $(<defgw)"
    ;;
  'lan set 1 ipsrc static') echo 'Static Address' >ipsrc ;;
  'lan set 1 defgw ipaddr'*) echo "$6" >defgw ;;
  'lan set 1 '*) echo "$5" >"$4" ;;
  'user list 2')
    echo 'ID  Name             Callin  Link Auth  IPMI Msg   Channel Priv Limit'
    read -r callin link messages privilege <access
    printf '%-4d%-17s%-8s%-11s%-11s%-s\\n' 2 other true false true OPERATOR 3 "$(<name)" $callin $link $messages "$privilege"
    ;;
  'user set name 3 '*) echo "$5" >name ;;
  'user set password 3') cat >password ;;
  'exec /dev/stdin') read -r raw && echo "$raw" >password ;;
  'user test 3 '*)
    [[ -n $TESTS ]] || exit 1
    read -r password
    [[ $TESTS = blindly || $password = "$(head -n 1 password)" ]] || { echo 'Failure: password incorrect'; exit 1; }
    echo Success
    ;;
  'channel setaccess 2 3 '*) echo 'true true true ADMINISTRATOR' >access ;;
  'channel getaccess 2 3') echo "Enable Status        : $(<enabled)" ;;
  'user enable 3') [[ $(<enabled) = unknown ]] || echo enabled >enabled ;;
  'mc reset cold') ;;
  *) echo "what is $*?" >&2; exit 1 ;;
esac
`
