# shellcheck shell=bash
# Part of the install script: steps, their statuses and failures, the operator's scripts, download.
# The rendered script sets luna root step tarball torrent_url torrent_bind and defines post, set_hostname,
# stage_interfaces.

# The server is asked from a port that only root has: who is not root on this node has no business there.
root_port=(--local-port 600-1023)

say() {
  printf 'luna: %s\n' "$*"
}

# in_step STATUS COMMAND...: a command that fails inside ends the script, unless its failure was tested for
in_step() {
  step=$1
  shift
  post "$step"
  report_begins
  say "step $step"
  trap 'failed "$?" "$BASH_COMMAND"' ERR
  "$@"
}

# failed EXIT_STATUS COMMAND: says so here and to the server, and leaves the node to the initramfs, which has
# a shell. In a subshell it ends that alone, and the script judges. BASH_SUBSHELL does not tell: in <( ) of
# bash 4.2 it is 0.
failed() {
  [ "$BASHPID" = "$$" ] || exit "$1"
  trap - ERR
  set +e
  if [ "$step" = install.partscript ] && ! has_disk; then
    say "step $step failed with status $1: $2; this node has no disk"
  else
    say "step $step failed with status $1: $2"
  fi
  post "install.error.${step#install.}"
  report "$1" "$2"
  stop_client
  end_stream
  give_names_back
  say "the node is not installed; correct the cause, then it is tried again"
  exit 1
}

# clear_last_try: what an earlier run of this script, which failed, has left behind
clear_last_try() {
  trap 'failed "$?" "$BASH_COMMAND"' ERR
  stop_client
  rm -f "$luna/variables"
  while is_mounted "$root"; do
    umount -R "$root" || umount -l "$root"
  done
}

is_mounted() {
  local where rest
  while read -r _ where rest; do
    if [ "$where" = "$1" ]; then
      return 0
    fi
  done </proc/mounts
  return 1
}

# operator_script NAME: the operator's own text. It fails when its last command does, or where it says exit.
# A background job, because inside a tested command the script's own "set -e" would have no effect.
operator_script() {
  local luna_ended=0
  : >"$luna/failed"
  run_operator_script "$1" </dev/null &
  wait "$!" || luna_ended=$?
  if [ "$luna_ended" != 0 ]; then
    failed "$luna_ended" "$1, $(<"$luna/failed")"
  fi
}

# The scripts share their variables and functions, as if they were one, and get a shell
# without any of our options. Shared variables are local here: "declare -g" makes local
# ones of arrays before patch 25 of bash 4.2.
run_operator_script() {
  luna_script=$luna/$1 luna_failed='' luna_known=
  while read -r luna_name; do
    luna_known+=" $luna_name "
  done < <(compgen -v)
  set +eE +o pipefail
  trap - ERR USR1
  if [ -r "$luna/variables" ]; then
    # shellcheck disable=SC1091
    . "$luna/variables"
  fi
  cd / || exit
  trap '[ "${BASH_SOURCE[0]}" != "$luna_script" ] || luna_failed="line $LINENO: $BASH_COMMAND"' ERR
  # shellcheck disable=SC2154
  trap 'luna_status=$? luna_last=$BASH_COMMAND; note_variables; exit "$luna_status"' EXIT
  # shellcheck disable=SC1090
  . "$luna_script"
  # before the function ends, and its variables with it
  exit "$?"
}

note_variables() {
  local luna_name luna_text
  if [[ -z $luna_failed && ($luna_last == *luna_script* || $luna_last == exit*) ]]; then
    luna_last='its last command, or its exit'
  fi
  printf '%s\n' "${luna_failed:-$luna_last}" >"$luna/failed"
  while read -r luna_name; do
    if [[ $luna_known != *" $luna_name "* && $luna_name != luna* ]] && luna_text=$(declare -p "$luna_name" 2>/dev/null); then
      printf '%s\n' "$luna_text"
    fi
  done < <(compgen -v) >"$luna/variables"
  declare -f >>"$luna/variables"
}

# has_disk: programs that fail for want of a disk say all kinds of things
has_disk() {
  local each
  for each in /sys/block/*; do
    case ${each##*/} in
      loop* | ram* | zram* | sr* | fd* | '*') ;;
      *) return 0 ;;
    esac
  done
  return 1
}

partition() {
  operator_script partscript
  if ! is_mounted "$root"; then
    say "the partscript mounted nothing on $root"
    false
  fi
}

# download: the client signals when the tarball is here, and goes on seeding until it is told to stop
download() {
  local torrent=$root/${torrent_url##*/}
  curl -sS -f "${root_port[@]}" --retry 5 --connect-timeout 10 -o "$torrent" "$torrent_url"
  downloaded=
  rm -f "$luna/ltorrent-client.pid"
  trap 'downloaded=yes' USR1
  begin_unpacking
  (
    cd "$root" || exit
    [ -z "$stream" ] || export LTORRENT_STREAM="$stream"
    LUNA_WEBSEED=${torrent_url%/*}/${tarball##*/}
    export LUNA_WEBSEED
    exec "$luna/ltorrent-client" -t "$torrent" -p "$$" -f "$luna/ltorrent-client.pid" ${torrent_bind:+-b "$torrent_bind"}
  ) &
  client=$!
  await_download
  rm -f "$torrent"
  if [ ! -s "$tarball" ]; then
    say "the tarball ${tarball##*/} came empty, or not at all"
    false
  fi
}

await_download() {
  while [ -z "$downloaded" ]; do
    # a signal ends this wait at once
    wait "$client" || :
    if [ -z "$downloaded" ] && ! kill -0 "$client" 2>/dev/null; then
      client_in_background || break
    fi
  done
  if [ -z "$downloaded" ]; then
    say "the torrent client ended without the tarball; it comes by HTTP"
    rm -f "$tarball"
    curl -sS -f "${root_port[@]}" -C - --retry 10 --retry-delay 10 --connect-timeout 10 -o "$tarball" "${torrent_url%/*}/${tarball##*/}"
  fi
}

# client_in_background: there are clients that go on in a process of their own
client_in_background() {
  sleep 1 &
  wait "$!" || :
  [ -n "$downloaded" ] || client_runs
}

client_runs() {
  local pid
  pid=$(client_pid)
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

# client_pid: nothing once the client has ended. By cat: bash 5.2 ends the whole script where "$(<FILE)" has
# no file, also where the command around it may fail.
client_pid() {
  cat "$luna/ltorrent-client.pid" 2>/dev/null || :
}

# stop_client: it takes its pid file away when it has ended
stop_client() {
  local tries
  for ((tries = 1; tries <= 50; tries++)); do
    client_runs || break
    kill "$(client_pid)" 2>/dev/null || :
    if [ "$tries" = 50 ]; then
      kill -KILL "$(client_pid)" 2>/dev/null || :
    fi
    sleep 0.1
  done
  rm -f "$luna/ltorrent-client.pid"
}
