# Completion for bash: goes to /usr/share/bash-completion/completions/luna, with links of the other programs'
# names to it. luna itself knows what may stand where; a line of its answer is a word and its help, a lone tab
# means file names.

_luna() {
  local line file
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == $'\t' && $2 =~ ^(.*[,!])?@ ]]; then
      # readline takes what is behind @ for a host
      while IFS= read -r file; do
        [[ ! -d $file ]] || file+=/
        COMPREPLY+=("${BASH_REMATCH[0]}$file")
      done < <(compgen -f -- "${2#"${BASH_REMATCH[0]}"}")
      [[ ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null || :
    elif [[ $line == $'\t' ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("${line%%$'\t'*}")
      [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null || :
    fi
  done < <(luna __complete "${1##*/}" "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$2" 2>/dev/null)
}

complete -F _luna luna lchroot lpower lweb ltorrent lfs_pxelinux
