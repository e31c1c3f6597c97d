// What the active head gives to the other one, by real rsync over real ssh; and which of
// the two may change anything.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lackingProgram } from '../daemons/namespace.ts'
import { skipUnless } from '../daemons/skip.ts'
import { clusterPath, makeCluster } from './cluster.ts'
import { addProgram, type Ended, makePair, type Name, type Pair } from './pair.ts'

const [tree, image] = ['luna/os/compute', randomBytes(20_000_000)]

describe('two heads', function () {
  this.timeout(120_000)
  let pair: Pair

  before(function () {
    const programs = ['ip', 'rsync', 'ssh', 'sshd', 'nsenter', 'unshare']
    skipUnless(this, process.getuid?.() === 0 ? lackingProgram(programs) : 'needs root, for namespaces')
  })
  beforeEach(async () => {
    pair = await makePair()
    await pair.moveTo('a')
    await makeCluster(pair)
  })
  afterEach(() => pair?.remove())

  it('change things on the one with the frontend address only, wherever that goes', async () => {
    assert.equal((await luna('a', 'node', 'add', '-g', 'compute')).status, 0)
    const refused = await luna('b', 'node', 'add', '-g', 'compute')
    assert.equal(refused.status, 1)
    assert.match(refused.output, /this head is passive/)
    await pair.moveTo('b')
    assert.equal((await luna('a', 'node', 'add', '-g', 'compute')).status, 1)
    assert.equal((await luna('b', 'node', 'add', '-g', 'compute')).status, 0)
    assert.match((await luna('a', 'node', 'list')).output, /node003/)
  })

  it('sync makes the cluster path the same on the other: contents, links, rights, and nothing more', async () => {
    mkdirSync(pair.of('a', `${tree}/etc`), { recursive: true })
    writeFileSync(pair.of('a', `${tree}/etc/shadow`), 'secret', { mode: 0o600 })
    linkSync(pair.of('a', `${tree}/etc/shadow`), pair.of('a', `${tree}/etc/other`))
    mkdirSync(pair.of('b', 'luna/torrents'))
    writeFileSync(pair.of('b', 'luna/torrents/old'), '')
    const { status, output } = await luna('a', 'cluster', 'sync')
    assert.equal(status, 0, output)
    const copy = statSync(pair.of('b', `${tree}/etc/shadow`))
    assert.deepEqual([copy.mode & 0o777, copy.nlink], [0o600, 2])
    assert.equal(existsSync(pair.of('b', 'luna/torrents')), false)
    writeFileSync(pair.of('b', `${tree}/etc/new`), '')
    const back = await luna('b', 'cluster', 'sync')
    assert.deepEqual([back.status, /this head is passive/.test(back.output)], [0, true], back.output)
    assert.ok(existsSync(pair.of('a', `${tree}/etc/new`)))
  })

  it('sync writes to no place of the other head that its service user leads to', async () => {
    mkdirSync(pair.of('a', `${tree}/etc`), { recursive: true })
    writeFileSync(pair.of('a', `${tree}/etc/new`), '')
    assert.equal((await luna('a', ...sync)).status, 0)
    assert.ok(existsSync(pair.of('b', `${tree}/etc/new`)))
    const victim = pair.of('b', 'victim')
    mkdirSync(join(victim, 'compute'), { recursive: true })
    writeFileSync(join(victim, 'compute/keep'), '')

    // On the way: the path of the cluster is that of its user.
    chownSync(pair.of('b', 'luna'), 65_534, 65_534)
    renameSync(pair.of('b', 'luna/os'), pair.of('b', 'luna/away'))
    symlinkSync('../victim', pair.of('b', 'luna/os'))
    const { status, output } = await luna('a', ...sync)
    assert.equal(status, 1)
    assert.match(output, /luna\/os is a link that others than root could have made/)
    assert.deepEqual(readdirSync(join(victim, 'compute')), ['keep'])

    // Inside: it goes, and a directory comes in its place.
    const synced = await luna('a', 'cluster', 'sync')
    assert.equal(synced.status, 0, synced.output)
    assert.ok(existsSync(pair.of('b', `${tree}/etc/new`)))
    assert.deepEqual(readdirSync(join(victim, 'compute')), ['keep'])
  })

  it('osimage sync goes on where it was interrupted, and shows nobody half a file meanwhile', async () => {
    writeTree('a')
    // As fast as a bad line.
    addProgram(pair.dir, 'rsync', 'exec /usr/bin/rsync --bwlimit=4000 "$@"')
    const luna_ = `echo $$ >${pair.dir}/pid; exec ${process.execPath} ${join(import.meta.dirname, '../../bin/luna')}`
    const first = pair.a.run('sh', ['-c', `${luna_} ${sync.join(' ')}`])
    const half = pair.of('b', `${tree}/.luna-partial`)
    const sent = pair.of('b', tree)
    while (!existsSync(sent) || bytesIn(sent) < 5_000_000) await delay(50)
    await pair.a.must('kill', '-TERM', readFileSync(join(pair.dir, 'pid'), 'utf8').trim())
    assert.notEqual((await first).status, 0)
    while (!existsSync(half) || bytesIn(half) < 5_000_000) await delay(50)
    assert.equal(existsSync(pair.of('b', `${tree}/big`)), false)
    addProgram(pair.dir, 'rsync', telling)
    const { status, output } = await luna('a', ...sync)
    assert.equal(status, 0, output)
    const [, again = ''] = /Literal data: ([\d,]+) bytes/.exec(output) ?? []
    assert.ok(Number(again.replaceAll(',', '')) < 16_000_000, `${again} bytes were sent again`)
    assert.ok(readFileSync(pair.of('b', `${tree}/big`)).equals(image))
    assert.deepEqual(readdirSync(pair.of('b', tree)), ['big'])
  })

  it('osimage sync says so when the copy is not what it should be', async () => {
    writeTree('a')
    // Spoils what has arrived before it is looked at: same size, same time.
    const spoil = `case " $* " in *" --checksum "*)
  printf x | dd of=${pair.of('b', `${tree}/big`)} bs=1 seek=1000 conv=notrunc 2>/dev/null
  touch -r ${pair.of('a', `${tree}/big`)} ${pair.of('b', `${tree}/big`)} ;;
esac
exec /usr/bin/rsync "$@"`
    addProgram(pair.dir, 'rsync', spoil)
    const { status, output } = await luna('a', ...sync)
    assert.equal(status, 1)
    assert.match(output, /is not what it is here.*\bbig\b/s)
  })

  // The comparison counts every line as a difference.
  const telling =
    'case " $* " in *" --checksum "*) ;; *) set -- --stats "$@" ;; esac\nexec /usr/bin/rsync "$@"'
  const sync = ['osimage', 'sync', 'compute']

  function luna(name: Name, ...args: string[]): Promise<Ended> {
    return pair[name].luna(...args)
  }

  function writeTree(name: Name): void {
    mkdirSync(pair.of(name, tree), { recursive: true })
    writeFileSync(pair.of(name, `${tree}/big`), image)
    assert.equal(clusterPath(pair), join(pair.dir, 'here/luna'))
  }
})

/** Of all files below, hidden ones too. */
function bytesIn(dir: string): number {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => {
    return sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}
