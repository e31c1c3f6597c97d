#!/bin/sh
# Ways in for a person: sshd, shells on terminals. Sourced by luna-boot.sh.

# console_device: prints the terminal behind /dev/console (a controlling terminal needs the real one)
console_device() {
  device=console
  while [ -r "$LUNA_SYS/class/tty/$device/active" ]; do
    read -r device <"$LUNA_SYS/class/tty/$device/active"
    device=${device##* }
  done
  printf '/dev/%s\n' "$device"
}

# shell_on TERMINAL: a login shell there, until the person leaves it
shell_on() {
  setsid -c sh -l <>"$1" >&0 2>&1
}

# keep_shell_on TERMINAL: the same in the background, with a new shell whenever one is left. Needs no network.
keep_shell_on() {
  case " $terminals " in *" $1 "*) return 0 ;; esac
  [ -c "$1" ] || return 0
  terminals="$terminals $1"
  keep_shell "$1" &
  shells="$shells $!"
}

keep_shell() {
  trap 'kill -KILL "$shell" 2>/dev/null; exit 0' TERM
  while :; do
    setsid -c sh -l <>"$1" >&0 2>&1 &
    shell=$!
    wait "$shell" || sleep 1
  done
}

shells='' terminals=
start_shells() {
  keep_shell_on /dev/tty2
  terminal=$(arg ctty) && keep_shell_on "/dev/${terminal#/dev/}"
  return 0
}

stop_shells() {
  for keeper in $shells; do
    kill "$keeper" 2>/dev/null
    wait "$keeper"
  done
  shells='' terminals=
}

start_sshd() {
  if [ ! -r "$LUNA_DIR/sshd_config" ]; then
    say "no sshd: the image had no sshd, no ssh-keygen or no /root/.ssh/authorized_keys when it was packed"
    return 0
  fi
  if ! make_host_key; then
    say "no sshd: ssh-keygen made no host key"
    return 0
  fi
  mkdir -p /run/sshd
  if "$(cat "$LUNA_DIR/sshd")" -f "$LUNA_DIR/sshd_config"; then
    say "sshd up"
  else
    say "no sshd: it ended with status $?"
  fi
}

# make_host_key: of this boot alone; the second kind is for systems in FIPS mode, which have no Ed25519
make_host_key() {
  key=$LUNA_DIR/ssh_host_key
  [ ! -e "$key" ] || return 0
  ssh-keygen -q -t ed25519 -N '' -C luna -f "$key" >/dev/null 2>&1 ||
    ssh-keygen -q -t ecdsa -N '' -C luna -f "$key" >/dev/null 2>&1 || return 1
  say "ssh host key of this boot: $(ssh-keygen -l -f "$key.pub" 2>/dev/null | cut -d' ' -f2)"
}

stop_sshd() {
  [ -r "$LUNA_DIR/sshd" ] || return 0
  kill_program "$(cat "$LUNA_DIR/sshd")"
  kill_program "$(readlink -f /usr/libexec/openssh/sshd-session 2>/dev/null)"
  kill_program "$(readlink -f /usr/lib/openssh/sshd-session 2>/dev/null)"
}

# enter_within SECONDS: true when somebody pressed Enter at the console in that time. Two processes, because
# not every initramfs has a program that ends another one in time, and not every shell a read that ends.
enter_within() {
  sleep "$1" &
  sleeper=$!
  {
    read -r _ && kill "$sleeper" 2>/dev/null
  } <"$(console_device)" &
  reader=$!
  # a sleep that was killed is somebody who pressed Enter
  ! wait "$sleeper" 2>/dev/null
  pressed=$?
  kill "$reader" 2>/dev/null
  wait "$reader" 2>/dev/null
  return "$pressed"
}
