// For tests of the install script: a web server of one tarball, $LUNA_FOLDER/image.tgz, and a torrent client
// that has it at once.
export const curl = `#!/bin/bash
for last; do :; done
case $last in
*step=report*) echo "report \${last##*at=}" >>"$LUNA_FOLDER/log"
  while [ $# -gt 1 ]; do [ "$1" = --data-binary ] && cat "\${2#@}" >"$LUNA_FOLDER/reported"; shift; done ;;
*status=*) echo "status \${last##*=}" >>"$LUNA_FOLDER/log" ;;
*torrent) while [ $# -gt 1 ]; do [ "$1" = -o ] && echo torrent >"$2"; shift; done ;;
*tgz) while [ $# -gt 1 ]; do [ "$1" = -o ] && cp "$LUNA_FOLDER/image.tgz" "$2"; shift; done; echo http >>"$LUNA_FOLDER/log" ;;
esac
`
export const client = `#!/bin/bash
while getopts t:p:f:b:d: o; do case $o in p) parent=$OPTARG ;; f) pidfile=$OPTARG ;; esac; done
cp "$LUNA_FOLDER/image.tgz" ./2222-bbbb.tgz
trap 'rm -f "$pidfile"; echo ended >>"$LUNA_FOLDER/log"; exit 0' TERM
echo $$ >"$pidfile"
kill -USR1 "$parent"
while :; do sleep 1 & wait $!; done
`

/** One that passes on what the command gives of the tarball, and goes on when the condition is true. */
export function passingClient(command: string, condition: string): string {
  const passing = `${command} "$LUNA_FOLDER/image.tgz" >"$LTORRENT_STREAM"
until ${condition}; do sleep 0.1; done
touch early
cp `
  return client.replace('cp ', passing)
}
