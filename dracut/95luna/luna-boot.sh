#!/bin/sh
# /luna/boot: from a kernel with a network card to a file system on /sysroot. Ends when
# the system can take over.

# shellcheck source=dracut/95luna/luna-lib.sh
. /luna/lib.sh
# shellcheck source=dracut/95luna/luna-net.sh
. /luna/net.sh
# shellcheck source=dracut/95luna/luna-dhcp-none.sh
. /luna/dhcp.sh
# shellcheck source=dracut/95luna/luna-shell.sh
. /luna/shell.sh

main() {
  exec >/dev/console 2>&1
  say "initramfs started"
  name=$(arg hostname) && printf '%s\n' "$name" >/proc/sys/kernel/hostname
  start_shells
  [ "$(arg service)" != 1 ] || keep_shell_on "$(console_device)"
  until network_up; do shell_on "$(console_device)"; done
  start_sshd
  [ "$(arg service)" != 1 ] || serve_forever
  until fetch && install; do try_later; done
  hand_over
}

# Service mode: a person looks at the hardware; nothing is installed and nothing is changed.
serve_forever() {
  # the prompt of the shell may be on this line
  echo
  say "service mode: nothing is installed; a shell is here, on tty2 and by ssh"
  while :; do wait; done
}

# fetch: asks from a port that only root has, as users of nodes may not have the script
fetch() {
  if ! url=$(arg url) || ! node=$(arg node); then
    say "luna.url=URL and luna.node=NAME are needed on the kernel command line"
    return 1
  fi
  rm -f "$LUNA_DIR/install.sh"
  token=$(arg token) || token=''
  if code=$(curl -sS --local-port 600-1023 ${token:+-H "Luna-Token: $token"} --connect-timeout 10 --max-time 120 -o "$LUNA_DIR/install.sh" -w '%{http_code}' \
    "$url?step=install&node=$node") && [ "$code" = 200 ]; then
    say "install script fetched"
  else
    say "no install script from $url for $node: $(why_not "$code")"
    return 1
  fi
}

# why_not STATUS: what the server said, which is text when it comes from Luna, and a page
# when it comes from nginx
why_not() {
  case $1 in
    '' | 000) echo "no answer" ;;
    200) echo "the answer was cut off" ;;
    *)
      words=$(head -c 500 "$LUNA_DIR/install.sh" 2>/dev/null | LC_ALL=C sed 's/[^ -~]//g;/^ *</d;q')
      echo "status $1${words:+, $words}"
      ;;
  esac
}

# install: the server decides what happens; we see to it that there is something to go on with
install() {
  shell=$(command -v bash || command -v sh)
  (cd / && exec "$shell" "$LUNA_DIR/install.sh" </dev/null)
  status=$?
  if [ "$status" != 0 ]; then
    say "install script failed with status $status"
    return 1
  elif ! grep -q ' /sysroot ' /proc/mounts; then
    say "install script mounted nothing on /sysroot"
    return 1
  fi
}

# try_later: waits ten seconds, or for as long as somebody uses the shell that Enter gives
try_later() {
  delay=$(jittered 10)
  say "next try in $delay s; press Enter here for a shell (it is tried again when you leave it)"
  if enter_within "$delay"; then
    shell_on "$(console_device)"
  fi
}

hand_over() {
  stop_shells
  stop_sshd
  network_down
  say "installed, the system takes over"
}

main
