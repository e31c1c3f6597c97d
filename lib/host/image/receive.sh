# shellcheck shell=sh
# Receives a directory on another head, where root shall write below it and nowhere else, whatever the account
# that owns a part of the way makes of it meanwhile. Run there by sh -c, with rsync as what writes.
# usage: sh -c TEXT sh PATH PROGRAM [ARGUMENT...]
# PATH is absolute; what lacks of it is made. PROGRAM has it as its current directory.
set -euf
umask 022

# Goes from directory to directory, each held as the current one: what is exchanged later is another one.
enter() {
  cd -P /
  here=
  rest=$1/
  while [ -n "$rest" ]; do
    part=${rest%%/*}
    rest=${rest#*/}
    case $part in
      '' | .) continue ;;
    esac
    ours=$(find . -maxdepth 0 -user 0 ! -perm /022)
    [ -d "./$part" ] || mkdir -- "./$part"
    cd -P -- "./$part"
    now=$(pwd -P)
    # a link counts where nobody but root could have made it
    [ "$now" = "$here/$part" ] || [ -n "$ours" ] || refuse "$here/$part"
    here=${now%/}
  done
  case $here in
    '' | /bin | /boot | /dev | /etc | /home | /lib | /lib64 | /proc | /root | /run | /sbin | /sys | /usr | /var) refuse "$here" ;;
    /bin/* | /boot/* | /dev/* | /etc/* | /lib/* | /lib64/* | /proc/* | /root/* | /sbin/* | /sys/* | /usr/*) refuse "$here" ;;
  esac
}

refuse() {
  echo "${1:-/} is a link that others than root could have made, or a place of that machine itself" >&2
  exit 1
}

enter "$1"
shift
# shellcheck disable=SC2154 # the text of image/onto-tree.sh comes before
exec unshare --mount --propagation private -- sh -c "$onto" sh /run/.luna-onto "$@"
