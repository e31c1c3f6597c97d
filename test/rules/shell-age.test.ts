// What runs on nodes runs in bash 4.2 and with the programs of an initramfs of EL7: what is newer is refused.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** What bash 4.2 does not know, or does otherwise: the name, what it looks like, and a line that has it. */
const newer: readonly (readonly [string, RegExp, string])[] = [
  ['x@Q in braces, and its like (4.4)', /\$\{[^}]*@[A-Za-z]\}/, `echo "\${x@Q}"`],
  ['commands in braces after a dollar (5.3)', /\$\{[ |]/, `x=\${ date; }`],
  [
    'declare -g (arrays become local ones before patch 25 of 4.2)',
    builtin('declare|typeset', 'g'),
    'declare -gA x',
  ],
  ['references to names (4.3)', builtin('declare|typeset|local', 'n'), 'local -n x=$1'],
  ['declare -I (5.1)', builtin('declare|typeset|local', 'I'), 'local -I x'],
  ['local - (4.4)', /\blocal (?:[^;]* )?-(?:\s|;|$)/, 'local -; set -f'],
  ['wait -n, -f and -p (4.3, 5.0, 5.1)', builtin('wait', 'nfp'), 'wait -n'],
  ['mapfile -d (4.4)', builtin('mapfile|readarray', 'd'), "mapfile -t -d '' x"],
  ['read -E (5.3)', builtin('read', 'E'), 'read -E x'],
  ['an element asked for by -v (4.3)', /(?:\[|\btest) +(?:! +)?-v +["']?\w+\[/, '[[ -v x[1] ]]'],
  ['-R of a test (4.3)', /(?:\[|\btest) +(?:! +)?-R +/, '[[ -R x ]]'],
  ['negative subscripts in assignments (4.3)', /\w+\[ *-[^\]]*\](?!\})/, 'x[-1]=a'],
  ['printf %()T without a time (4.3)', /%\([^)]*\)T/, "printf '%(%s)T'"],
  ['printf %Q (5.2)', /\bprintf [^;]*%Q/, 'printf %Q x'],
  [
    'EPOCHSECONDS and its like (5.0)',
    /\b(?:EPOCHSECONDS|EPOCHREALTIME|SRANDOM|BASH_ARGV0|BASH_MONOSECONDS)\b/,
    'x=$EPOCHSECONDS',
  ],
  [
    'options of shopt',
    /\b(?:inherit_errexit|localvar_inherit|localvar_unset|globskipdots|patsub_replacement|assoc_expand_once|array_expand_once|globasciiranges|varredir_close|noexpand_translation)\b/,
    'shopt -s inherit_errexit',
  ],
  ['BASH_SUBSHELL (0 in <( ))', /\bBASH_SUBSHELL\b/, '[ $BASH_SUBSHELL = 0 ]'],
  [
    'set -u (an empty array is an unset one before 4.4)',
    /\bset (?:-o nounset|-[a-zA-Z]*u)/,
    'set -euo pipefail',
  ],
  [
    'quotes in what replaces a pattern (4.2 keeps them)',
    /\$\{\w+\/[^}]*\/[^}]*["'\\][^}]*\}/,
    `x=\${x// /"_"}`,
  ],
  ['new options of trap, unset and enable', /\btrap -P\b|\bunset -n\b|\benable -f .* -s\b/, 'trap -P EXIT'],
]

/** Programs that an initramfs of EL7 may lack; the module installs them where the image has them. */
const lacking = 'od tr zstd pigz chmod stat timeout'.split(' ')
const called = new RegExp(
  `(?:^|[|;&({]|\\$\\(|\\b(?:if|then|do|else|run|exec|while|until|!)) *(?:[A-Z_]+=\\S* +)*(${lacking.join('|')})(?= |$)`,
)

/** Options of a builtin, alone or among others. */
function builtin(names: string, options: string): RegExp {
  return new RegExp(`\\b(?:${names})(?: +-[A-Za-z]+(?: +''|(?= )))* +-[A-Za-z]*[${options}]`)
}

const files = [
  ...globSync('conf-templates/install{.sh.mustache,/**/*.sh}', { cwd: root }),
  ...globSync('dracut/95luna/*', { cwd: root }),
].sort()

/** The lines of a file that are no comments: number and text. */
function linesOf(file: string): [number, string][] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  return lines.flatMap((line, at) => (/^\s*#/.test(line) ? [] : [[at + 1, line]]))
}

describe('shell of the nodes', () => {
  it('is all looked at', () => {
    assert.ok(files.includes('conf-templates/install.sh.mustache'))
    assert.ok(files.includes('conf-templates/install/network/keyfile.sh'))
    assert.ok(files.includes('dracut/95luna/ltorrent-client'))
  })

  for (const [name, pattern, sample] of newer) {
    it(`has none of: ${name}`, () => {
      assert.match(sample, pattern)
      const found = files.flatMap((file) =>
        linesOf(file).flatMap(([at, line]) => (pattern.test(line) ? [`${file}:${at}: ${line.trim()}`] : [])),
      )
      assert.deepEqual(found, [])
    })
  }

  it(`calls none of: ${lacking.join(' ')}`, () => {
    for (const line of [
      'x=$(od -An y)',
      'date | tr a b',
      'stat x',
      '  LC_ALL=C tr -d a',
      'if timeout 1 x; then',
    ])
      assert.match(line, called)
    // the module's own set-up runs where the image is packed
    const onNodes = files.filter((file) => !file.endsWith('module-setup.sh'))
    const found = onNodes.flatMap((file) =>
      linesOf(file).flatMap(([at, line]) => (called.test(line) ? [`${file}:${at}: ${line.trim()}`] : [])),
    )
    assert.deepEqual(found, [])
  })
})
