# shellcheck shell=bash
# Part of the install script: EL up to 8 and all others that read ifcfg files. They get the operator's text as it is.

begin_ifcfg() {
  mkdir -p "$root/etc/sysconfig/network-scripts"
}

write_ifcfg() {
  local route scripts=$root/etc/sysconfig/network-scripts
  cp "$1" "$scripts/${1##*/}"
  if [ "${#routes[@]}" -gt 0 ]; then
    for route in "${routes[@]}"; do
      printf '%s via %s dev %s\n' "${route% *}" "${route#* }" "$dev"
    done >"$scripts/route-$dev"
  fi
}
