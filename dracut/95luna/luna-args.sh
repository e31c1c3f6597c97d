#!/bin/sh
# The luna.* arguments of the kernel command line: what each may look like. Sourced by the
# cmdline hook, which has getarg.

LUNA_DIR=${LUNA_DIR:-/luna}

# keep_arguments: stores each argument that is there and well formed as one file, says
# which are not well formed.
keep_arguments() {
  mkdir -p "$LUNA_DIR/args"
  keep_argument bootproto '^(static|dhcp)$'
  keep_argument mac '^([0-9a-fA-F]{2}:){5}([0-9a-fA-F]{2}:){0,14}[0-9a-fA-F]{2}$'
  keep_argument ip '^[0-9a-fA-F.:]+/[0-9]{1,3}$'
  keep_argument url '^https?://[][0-9A-Za-z.:_-]+(/[0-9A-Za-z._/-]*)?$'
  keep_argument node '^[0-9A-Za-z][0-9A-Za-z._-]*$'
  keep_argument hostname '^[0-9A-Za-z][0-9A-Za-z._-]*$'
  keep_argument ctty '^(/dev/)?[0-9A-Za-z]+$'
  keep_argument token '^[0-9A-Za-z._-]+$'
  keep_argument service '^[0-9A-Za-z]*$'
}

keep_argument() {
  value=$(getarg "luna.$1=") || return 0
  [ -n "$value" ] || return 0
  if printf '%s\n' "$value" | grep -Eqx "${2}"; then
    printf '%s\n' "$value" >"$LUNA_DIR/args/$1"
  else
    printf 'luna: the kernel argument luna.%s is not usable: "%s"\n' "$1" "$value" >/dev/console
  fi
}
