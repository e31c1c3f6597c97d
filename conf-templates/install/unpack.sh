# shellcheck shell=bash
# Part of the install script: from the tarball to the files, with owners, ACLs,
# capabilities and SELinux labels.

unpack() {
  local said expander summer=''
  choose_expander
  begin_sum
  take_names
  tar_options
  if ! expand | tar -C "$root" "${tar_options[@]}" -xpf - 2>"$luna/unpack.log"; then
    mapfile -t said <"$luna/unpack.log"
    printf '%s\n' "${said[@]:${#said[@]}>5?${#said[@]}-5:0}"
    false
  fi
  give_names_back
  stop_client
  compare_sum
  rm -f "$tarball"
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

# choose_expander: sets expander. What compressed the tarball shows in its first bytes; bash alone reads them,
# because the initramfs may have no od, and the same is true of zstd.
choose_expander() {
  local magic='' known
  LC_ALL=C IFS= read -r -d '' -n 4 magic <"$tarball" || :
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

# expand: writes the tarball as it was before compression
expand() {
  "$expander" -dc "$tarball"
}

# ACLs in a tarball hold names, and tar looks them up: for so long, this system has the users of the image.
# A tarball that begins with these two files costs no second reading.
take_names() {
  local first='' prefix='' database
  # The first bytes are the name of the first file. No "tar -t": systemd has its services ignore SIGPIPE, and
  # tar would read the whole tarball, beside the tar that unpacks it.
  read -r -n 2 first < <(expand 2>/dev/null) || :
  if [[ $first == ./ ]]; then
    prefix=./
  fi
  rm -rf "$luna/names"
  mkdir -p "$luna/names/own"
  cp /etc/passwd /etc/group "$luna/names/own/" 2>/dev/null || :
  expand 2>/dev/null | tar -C "$luna/names" --occurrence=1 -xf - "${prefix}etc/passwd" "${prefix}etc/group" 2>/dev/null || :
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
