#!/bin/sh
# dracut hook "cmdline": root=luna is ours. It parses and changes nothing else; luna-pre-mount.sh acts.

# shellcheck source=dracut/95luna/luna-args.sh
if [ "$(getarg root=)" = luna ] && . /luna/args.sh; then
  # read by dracut after this hook: the root is known, and nobody has to wait for a device of that name
  # shellcheck disable=SC2034
  rootok=1 root=luna
  keep_arguments
fi
