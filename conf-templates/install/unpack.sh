# shellcheck shell=bash
# Part of the install script: from the tarball to the files, with owners, ACLs,
# capabilities and SELinux labels.

# begin_unpacking: a client over libtorrent passes the tarball on while it comes, which is unpacked meanwhile.
# With fewer than four processors one takes from the other what it needs, and their meeting costs on top.
begin_unpacking() {
  stream='' unpacker=''
  tar_options
  [ -x "$luna/ltorrent-swarm" ] || return 0
  [ -e "${LUNA_SYS:-/sys}/devices/system/cpu/cpu3" ] || return 0
  stream=$luna/stream
  rm -f "$stream"
  mkfifo "$stream"
  : >"$luna/stream.log"
  unpack_stream >>"$luna/stream.log" 2>&1 <"$stream" &
  unpacker=$!
}

# unpack_stream: stdin is the tarball. What has to be looked at first is in its first MiB.
unpack_stream() {
  local begin=$luna/begin expander
  head -c 1048576 >"$begin"
  [ -s "$begin" ] || exit 1
  choose_expander "$begin"
  take_names "$begin"
  if [ ! -s "$luna/names/etc/passwd" ]; then
    echo "its users are not at its beginning"
    exit 1
  fi
  cat "$begin" - | "$expander" -dc | tar -C "$root" "${tar_options[@]}" -xpf -
}

# end_stream: whether all has been unpacked that way. The pipe is opened for who may still wait for a client.
end_stream() {
  local ended=0
  [ -n "${unpacker:-}" ] || return 1
  : <>"$stream"
  watch_unpacker >"$luna/stream.watch" 2>&1 </dev/null &
  wait "$unpacker" || ended=$?
  unpacker=''
  return "$ended"
}

# watch_unpacker: ends what unpacks the stream where it had nothing to do for so many seconds. The client may
# live on and pass nothing on, though it has all.
watch_unpacker() {
  local patience=${LTORRENT_STALL:-60} idle=0 before='' workers worked
  while kill -0 "$unpacker" 2>/dev/null; do
    sleep 1
    workers_of "$unpacker"
    if [ "$worked" != "$before" ]; then
      before=$worked idle=0
    elif [ "$((idle += 1))" -ge "$patience" ]; then
      echo "nothing was passed on for $patience seconds" >>"$luna/stream.log"
      # shellcheck disable=SC2086 # a list
      kill $workers || :
    fi
  done
}

# workers_of PID: sets workers, its children, and worked, which changes while they have something to do: how
# much of a processor each has had (proc(5))
workers_of() {
  local stat fields
  workers='' worked=''
  for stat in /proc/[0-9]*/stat; do
    read -r stat <"$stat" || continue
    # what comes after the name, which may be anything, in parentheses
    read -r -a fields <<<"${stat##*) }"
    [ "${fields[1]}" = "$1" ] || continue
    workers+=" ${stat%% *}"
    worked+=" ${stat%% *}:$((fields[11] + fields[12]))"
  done 2>/dev/null
}

unpack() {
  local said expander summer=''
  begin_sum
  end_stream || unpack_file
  give_names_back
  stop_client
  compare_sum
  rm -f "$tarball"
}

unpack_file() {
  if [ -n "$stream" ]; then
    say "what came was not unpacked while it came: $(head -c 500 "$luna/stream.log")"
    give_names_back
  fi
  choose_expander "$tarball"
  take_names "$tarball"
  if ! "$expander" -dc "$tarball" | tar -C "$root" "${tar_options[@]}" -xpf - 2>"$luna/unpack.log"; then
    mapfile -t said <"$luna/unpack.log"
    printf '%s\n' "${said[@]:${#said[@]}>5?${#said[@]}-5:0}"
    false
  fi
}

# begin_sum: the SHA-256 of the tarball is taken while it is unpacked, whatever has brought its bytes
begin_sum() {
  if [ -z "${tarball_sum:-}" ]; then
    say "the tarball is not compared with its SHA-256, which this image has none of: luna osimage pack NAME makes one"
  elif ! command -v sha256sum >/dev/null; then
    say "the tarball is not compared with its SHA-256: this initramfs has no sha256sum; luna osimage pack NAME makes another"
  else
    sha256sum "$tarball" >"$luna/tarball.sum" &
    summer=$!
  fi
}

# compare_sum: fails for other bytes than those that were packed, which the next try fetches anew
compare_sum() {
  local sum=''
  [ -n "$summer" ] || return 0
  wait "$summer" || :
  read -r sum _ <"$luna/tarball.sum" || :
  if [ "$sum" != "$tarball_sum" ]; then
    say "the tarball is not the one that was packed: its SHA-256 is ${sum:-unknown}, not $tarball_sum"
    rm -f "$tarball"
    false
  fi
}

# choose_expander FILE: sets expander. What compressed the tarball shows in its first bytes; bash alone reads
# them, because the initramfs may have no od, and the same is true of zstd.
choose_expander() {
  local magic='' known
  LC_ALL=C IFS= read -r -d '' -n 4 magic <"$1" || :
  case $magic in
    $'\x28\xb5\x2f\xfd') known='zstd' ;;
    $'\x1f\x8b'*) known='pigz gzip' ;;
    *)
      say "the tarball is neither gzip nor zstd: luna osimage pack NAME, with the name of the image"
      return 1
      ;;
  esac
  for expander in $known; do
    if command -v "$expander" >/dev/null; then
      return 0
    fi
  done
  say "this initramfs has no $expander, which the image is compressed with: luna osimage pack NAME --boot makes a new" \
    "initramfs, luna osimage change NAME --compression gzip and luna osimage pack NAME an image for the old one"
  return 1
}

# take_names FILE: the users of the image, from the beginning of its tarball.
# ACLs in a tarball hold names, and tar looks them up: for so long, this system has the users of the image.
# A tarball that begins with these two files costs no second reading.
take_names() {
  local first='' prefix='' database
  # The first bytes are the name of the first file. No "tar -t": systemd has its services ignore SIGPIPE, and
  # tar would read the whole tarball, beside the tar that unpacks it.
  read -r -n 2 first < <("$expander" -dc "$1" 2>/dev/null) || :
  if [[ $first == ./ ]]; then
    prefix=./
  fi
  rm -rf "$luna/names"
  mkdir -p "$luna/names/own"
  cp /etc/passwd /etc/group "$luna/names/own/" 2>/dev/null || :
  "$expander" -dc "$1" 2>/dev/null | tar -C "$luna/names" --occurrence=1 -xf - "${prefix}etc/passwd" "${prefix}etc/group" 2>/dev/null || :
  for database in passwd group; do
    if [ -s "$luna/names/etc/$database" ]; then
      cat "$luna/names/etc/$database" >"/etc/$database"
    fi
  done
}

give_names_back() {
  local database
  for database in passwd group; do
    if [ -e "$luna/names/own/$database" ]; then
      cat "$luna/names/own/$database" >"/etc/$database"
    fi
  done
  rm -rf "$luna/names"
}

# tar_options: what the tar of this initramfs can restore
tar_options() {
  local help option
  tar_options=()
  help=$(tar --help)
  for option in --numeric-owner --xattrs --xattrs-include='*' --acls --selinux; do
    if [[ $help == *"${option%%=*}"* ]]; then
      tar_options+=("$option")
    fi
  done
}

# finish: capabilities and labels of the files
finish() {
  step=install.capabilities
  restore_capabilities
  step=install.selinux
  relabel
}

# restore_capabilities: they are extended attributes; a tar that could not restore those is made up for by rpm
restore_capabilities() {
  local file capabilities
  if [[ " ${tar_options[*]} " == *' --xattrs '* ]]; then
    return 0
  fi
  if [ ! -x "$root/usr/bin/rpm" ]; then
    say "file capabilities could not be restored: the tar of the initramfs knows no extended attributes"
    return 0
  fi
  while IFS=$'\t' read -r file capabilities; do
    if [[ $capabilities == *cap_* ]]; then
      chroot "$root" setcap "$capabilities" "$file" || :
    fi
  done < <(chroot "$root" rpm -qa --queryformat '[%|FILECAPS?{%{FILENAMES}\t%{FILECAPS}\n}|]')
}

# relabel: the files of an image with SELinux need their labels before it boots, those that we wrote above all
relabel() {
  local policy
  policy=$(selinux_policy) || return 0
  say "relabelling for SELinux"
  if ! chroot "$root" setfiles -F -q "/etc/selinux/$policy/contexts/files/file_contexts" / 2>/dev/null; then
    : >"$root/.autorelabel"
  fi
}

# selinux_policy: prints its name; fails where the image does not use SELinux
selinux_policy() {
  local line mode='' policy='' arguments
  read -r arguments </proc/cmdline
  if [[ " $arguments " == *' selinux=0 '* || ! -r $root/etc/selinux/config ]]; then
    return 1
  fi
  while read -r line; do
    case $line in
      SELINUX=*) mode=${line#*=} ;;
      SELINUXTYPE=*) policy=${line#*=} ;;
    esac
  done <"$root/etc/selinux/config"
  if [[ $mode == disabled* || ! -e $root/etc/selinux/$policy/contexts/files/file_contexts ]]; then
    return 1
  fi
  printf '%s\n' "$policy"
}
