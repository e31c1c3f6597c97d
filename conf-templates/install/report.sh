# shellcheck shell=bash
# Part of the install script: what a step that fails has to say, for the server. All output goes through one
# process of the script (keep_output), which shows it line by line and remembers the last lines of the step.

# what no line of a step begins with; and whether output goes that way: a site's own template may not ask
report_mark=$'\001luna ' output_kept=

keep_all_output() {
  exec > >(keep_output) 2>&1
  output_kept=yes
}

# keep_output: shows the lines of stdin; at the end of a failed step it writes its last lines to a file
keep_output() {
  local LC_ALL=C line count=0 lines=()
  trap - ERR
  set +eE
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "${report_mark}begin") lines=() count=0 ;;
      "${report_mark}end") write_lines ;;
      *)
        printf '%s\n' "$line"
        lines[count % 100]=${line:0:400}
        count=$((count + 1))
        ;;
    esac
  done
}

# write_lines: the last lines, the oldest first, in place of the file when all of them are in it
write_lines() {
  local at
  for ((at = count > 100 ? count - 100 : 0; at < count; at++)); do
    printf '%s\n' "${lines[at % 100]}"
  done >"$luna/report.new"
  mv -f "$luna/report.new" "$luna/report"
}

report_begins() {
  [ -z "$output_kept" ] || printf '%s\n' "${report_mark}begin"
}

# report EXIT_STATUS COMMAND: of the set-up of the BMC only that it failed, its commands have the user in them
report() {
  local LC_ALL=C newline=$'\n' command text='' tries
  command=${2//$newline/ }
  [ -n "$output_kept" ] || return 0
  if [ "${step#install.}" = setupbmc ]; then
    command='' text='the console of the node has what the BMC said'
  else
    rm -f "$luna/report"
    printf '%s\n' "${report_mark}end"
    for ((tries = 1; tries <= 20; tries++)); do
      [ ! -e "$luna/report" ] || break
      sleep 0.1
    done
    [ ! -e "$luna/report" ] || text=$(<"$luna/report")
  fi
  # the server takes 16 KiB, and the end says most
  [ "${#text}" -le 15000 ] || text=${text:${#text}-15000}
  printf '%s\n%s\n' "${command:0:1000}" "$text" >"$luna/report"
  send_report "$1" "$luna/report"
}
