#!/bin/sh
# dracut hook "pre-mount": the node is installed here, in a process of its own. It comes
# back when /sysroot is ready.

if [ -d /luna/args ]; then
  /luna/boot
fi
