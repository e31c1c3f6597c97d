// Completion: what is offered where, and that bash and zsh take it.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { completionLines } from '../../lib/cli/completion/answer.ts'
import { complete } from '../../lib/cli/completion/complete.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { openSqlite } from '../../lib/store/sqlite/backend.ts'
import { skipUnless } from '../daemons/skip.ts'
import { addCluster, addGroup, addNetwork, addNode } from '../scenario/boot.ts'
import { useSite } from './luna.ts'

const names = {
  ofKind: async (kind: string) =>
    ({ node: ['node001', 'node002', '$(rm)', '-x'], group: ['compute', 'gpu'] })[kind] ?? [`a-${kind}`],
  interfacesOf: async (kind: string, of: readonly string[]) => [`IF-${kind}-${of.join('+')}`],
}

/** What is offered for the last word of a line. */
async function offered(line: string): Promise<readonly string[] | 'files'> {
  const [program = '', ...words] = line.split(' ')
  const current = words.pop() ?? ''
  const found = await complete(program, words, current, names)
  return found === 'files' ? found : found.map(({ word }) => word)
}

describe('complete', () => {
  const cases: readonly (readonly [line: string, words: readonly string[] | 'files', what: string])[] = [
    ['luna no', ['node'], 'objects'],
    ['luna -d no', ['node'], 'objects after an option of luna itself'],
    ['luna --d', ['--debug'], 'options of luna itself'],
    ['luna node re', ['rename'], 'actions'],
    ['luna se', ['setup'], 'commands of one word'],
    ['luna setup --fr', ['--frontend'], 'options of a command of one word'],
    ['luna setup --dns ', ['y', 'n'], 'values of an option of a command of one word'],
    [
      'luna setup ',
      ['--frontend', '--network', '--range', '--dns', '--store', '--dry-run', '--help'],
      'its options',
    ],
    ['luna bogus re', [], 'nothing after what there is not'],
    ['luna node show node0', ['node001', 'node002'], 'names, and none that a shell would read otherwise'],
    ['luna node show node001,', ['node001,node002'], 'the next name of a hostlist, and none twice'],
    ['luna node show node[001-002],n', [], 'no name that a range has named already'],
    ['luna node show node[001-0', [], 'nothing inside brackets'],
    ['luna node delete !node0', ['!node001', '!node002'], 'names that are not meant'],
    ['luna node delete @', 'files', 'files with names'],
    ['luna node delete @ /etc/ho', 'files', 'the same where bash took the word apart'],
    ['luna node delete node001,!@x', 'files', 'files with names that are not meant'],
    ['lpower @x', 'files', 'files with names for lpower'],
    ['lpower @ /etc/ho', 'files', 'the same for lpower'],
    ['luna node list --where gr', ['group='], 'fields that a condition is about'],
    ['luna node list --where group=c', ['group=compute'], 'what a field may be'],
    ['luna node list --where group = c', ['compute'], 'the same where bash took the word apart'],
    ['luna node list --where image! = ', ['a-osimage'], 'the same of what it may not be'],
    ['luna node list --where comment = c', [], 'nothing for a field that may be anything'],
    ['luna node delete --where group = compute no', ['node001', 'node002'], 'names after a condition'],
    ['lpower --where group=g', ['group=gpu'], 'the same for lpower'],
    ['luna export slurm no', ['node001', 'node002'], 'nodes that are exported'],
    ['luna node list --sort st', ['status'], 'fields to sort by'],
    ['luna node status --columns na', ['name'], 'fields for columns'],
    ['luna node status --sort ou', ['outcome'], 'fields that only states have'],
    ['luna node add -g compute -n @', 'files', 'files with names of new nodes'],
    ['luna node add -g compute --where gr', ['group='], 'what new names are chosen by'],
    ['luna group show g', ['gpu'], 'a single name where one is taken'],
    ['luna node list --group ', ['compute', 'gpu'], 'groups for the value of --group'],
    ['luna node list -g g', ['gpu'], 'the same for its short form'],
    ['luna node list --gro g', ['gpu'], 'the same where the option is shortened'],
    ['luna node list --group=g', ['--group=gpu'], 'the same where the value is attached'],
    ['luna node list --group = g', ['gpu'], 'the same where bash took the word apart'],
    ['luna node change --mac 52 : 54 : 00 node0', ['node001', 'node002'], 'a name after a value with colons'],
    ['luna group change gpu -i ', ['IF-group-gpu'], 'interfaces of the group'],
    ['luna node change node001 -i ', ['IF-node-node001'], "interfaces of the node's group"],
    ['luna node change node001 -i BMC ', [], 'nothing for an address'],
    ['luna node change node001 --local', ['--localboot'], 'options'],
    ['luna node change node001 --localboot ', ['y', 'n'], 'y and n'],
    ['luna node show node001 -s ', ['boot', 'install'], 'the choices of an option'],
    ['luna group change gpu --ti', ['--ti'], 'other names of options'],
    ['luna group show gpu -R --p', [], 'no option that excludes one that is there'],
    ['luna group change gpu --delnet --set', ['--setnet'], 'an option after one whose value may be left out'],
    ['luna node list -- --g', [], 'no option after --'],
    ['luna db import ', 'files', 'files'],
    ['luna osimage add -p ', 'files', 'files for a path'],
    ['lchroot a', ['a-osimage'], 'images for lchroot'],
    ['lweb r', ['restart', 'run'], 'what lweb can be told'],
    ['ltorrent rel', ['reload'], 'what ltorrent can be told'],
    ['lpower node001 o', ['on', 'off'], 'what lpower does to nodes'],
    ['lpower -g g', ['gpu'], 'groups for lpower'],
    ['bogus a', [], 'nothing for other programs'],
  ]
  for (const [line, words, what] of cases) {
    it(`offers ${what}: ${line}<TAB>`, async () => assert.deepEqual(await offered(line), words))
  }

  it('says what an option is for', async () => {
    const found = await complete('luna', ['node', 'list'], '--gro', names)
    assert.deepEqual(found, [{ word: '--group', help: 'only those of this group' }])
  })
})

describe('completion in a shell', () => {
  const site = useSite()
  const scripts = join(import.meta.dirname, '../../packaging/completion')
  const environment = () => ({
    PATH: `${join(import.meta.dirname, '../../bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: process.env.HOME,
    LUNA_CONF: join(site.dir, 'luna.conf'),
  })

  before(async () => {
    const store = makeStore(openSqlite(join(site.dir, 'luna.db')))
    await addCluster(store)
    const network = await addNetwork(store, 'cluster', '10.30.0.0/16')
    const group = await addGroup(store, 'compute', { BOOTIF: { 4: network } })
    for (const name of ['node001', 'node002', 'other']) await addNode(store, name, group, {})
    await store.close()
  })

  /** The words that bash would insert for the last one. */
  function inBash(words: readonly string[], env: NodeJS.ProcessEnv = environment()): string[] {
    const script = `source "$1" && shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _luna "$1" "\${!#}" && printf '%s\\n' "\${COMPREPLY[@]}"`
    const args = ['--norc', '-c', script, 'bash', join(scripts, 'luna.bash'), ...words]
    const { stdout, stderr } = spawnSync('bash', args, { env, encoding: 'utf8' })
    assert.equal(stderr, '')
    return stdout.split('\n').filter((line) => line !== '')
  }

  it('works in bash, with names from the database', () => {
    assert.deepEqual(inBash(['luna', 'node', 'show', 'no']), ['node001', 'node002'])
    assert.deepEqual(inBash(['luna', 'node', 'add', '-g', '']), ['compute'])
    assert.deepEqual(inBash(['luna', 'node', 'change', 'node001', '-i', '']), ['BOOTIF'])
    assert.deepEqual(inBash(['lchroot', 'comp']), ['compute'])
    assert.deepEqual(inBash(['luna', 'node', 'list', '--where', 'group', '=', 'c']), ['compute'])
    assert.deepEqual(inBash(['luna', 'node', 'list', '--where', 'gr']), ['group='])
    for (const before of ['@', 'node001,@', 'node00[1-2],!@'])
      assert.deepEqual(inBash(['luna', 'node', 'delete', `${before}${site.dir}/luna.c`]), [
        `${before}${site.dir}/luna.conf`,
      ])
  })

  it('offers nothing and says nothing in bash when the database cannot be read', () => {
    const env = { ...environment(), LUNA_CONF: '/nonexistent/luna.conf' }
    assert.deepEqual(inBash(['luna', 'node', 'show', 'no'], env), [])
    assert.deepEqual(inBash(['luna', 'node', 'sh'], env), ['show'])
    assert.deepEqual(inBash(['luna', 'node', 'sh'], { ...env, PATH: '/usr/bin:/bin' }), [])
  })

  it('works in zsh, with the help of each word', function () {
    skipUnless(this, existsSync('/usr/bin/zsh') ? undefined : 'zsh is not installed')
    const script = `_describe() { print -rl -- "\${(@P)2}" }; _files() { print files }
      compset() { print "compset $2" }
      try() { source "$file" }
      file=$1 service=luna; shift; words=("$@") CURRENT=$# PREFIX=\${@[-1]}; try`
    const inZsh = (...words: string[]) =>
      execFileSync('zsh', ['-f', '-c', script, 'zsh', join(scripts, '_luna'), ...words], {
        env: environment(),
        encoding: 'utf8',
      })
    assert.equal(inZsh('luna', 'node', 'show', 'no'), 'node001\nnode002\n')
    assert.equal(inZsh('luna', 'node', 'list', '--gro'), '--group:only those of this group\n')
    assert.equal(inZsh('luna', 'db', 'import', ''), 'compset (|*[,!])@\nfiles\n')
  })

  it('is empty for a line that nobody can read', async () => {
    assert.equal(await completionLines([]), '')
    assert.equal(await completionLines(['luna', 'node', 'add', '-n', 'node[', '-i', 'x']), '')
  })
})
