# shellcheck shell=sh
# Runs a program of bin/ ($0) with the Node beside Luna, else with that of the system when it is new enough.
# The second line of each program reads this file, with $top set to the folder of Luna.
# shellcheck disable=SC2154 # set there

# Node opens /dev/null in place of a standard output or input that is closed: what is printed would get lost
# unsaid, and a text be taken for an empty one.
if [ -d /proc/self/fd ]; then
  [ -e /proc/self/fd/1 ] || exec 1</dev/null
  [ -e /proc/self/fd/0 ] || exec 0>/dev/null
fi
# What an operator has for programs of their own must not reach Luna: another code, certificates that nobody
# looks at, proxies.
unset NODE_OPTIONS NODE_PATH NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_DEBUG

node=$top/node_modules/node/bin/node
if [ ! -x "$node" ]; then
  node=node
  version=$(node --version 2>/dev/null) || version=none
  case $version in
    v24.1[2-9].* | v24.[2-9][0-9].* | v2[5-9].* | v[3-9][0-9].*) ;;
    *)
      install="\"$top/packaging/with-node true\" installs it beside Luna"
      echo "Luna needs Node 24.12 or later (here: $version): $install" >&2
      exit 1
      ;;
  esac
fi
# No path of Luna's own has a link in it, and to look for one in each is a twentieth of a command's time.
flags=--preserve-symlinks
# A service of systemd: its lines get fields in the journal (packaging/journal).
journal=$top/libexec/luna-journal
if [ "${JOURNAL_STREAM-}" ] && [ "${1-}" = run ] && [ -x "$journal" ]; then
  exec "$journal" "${0##*/}" "$node" $flags "$0" "$@"
fi
unset LUNA_JOURNAL
exec "$node" $flags "$0" "$@"
