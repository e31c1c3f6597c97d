# shellcheck shell=bash
# Part of the install script: EL up to 8 and all others that read ifcfg files. They get
# the operator's text as it is.

begin_ifcfg() {
  mkdir -p "$root/etc/sysconfig/network-scripts"
}

write_ifcfg() {
  local route scripts=$root/etc/sysconfig/network-scripts
  cp "$1" "$scripts/${1##*/}"
  # "ip route" and "ip -6 route" read a file each
  rm -f "$scripts/route-$dev" "$scripts/route6-$dev"
  for route in ${routes+"${routes[@]}"}; do
    if of_family ipv6 "$route"; then
      printf '%s via %s dev %s\n' "${route% *}" "${route#* }" "$dev" >>"$scripts/route6-$dev"
    else
      printf '%s via %s dev %s\n' "${route% *}" "${route#* }" "$dev" >>"$scripts/route-$dev"
    fi
  done
}
