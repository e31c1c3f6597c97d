// luna db import and export with what mongodump writes and mongorestore takes.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { dumpText } from '../../lib/store/dump.ts'
import { archiveOf, part, sampleDump, writeFolder } from '../store/mongodump.ts'
import { useSite } from './luna.ts'

const sample = sampleDump('foreign.json')

describe('luna db and mongodump', () => {
  const site = useSite()
  const path = (name: string) => join(site.dir, name)
  const exported = () => JSON.parse(site.luna(['db', 'export']).stdout)

  it('takes a folder that mongodump wrote, and says what was in it', () => {
    mkdirSync(path('dump'))
    writeFolder(path('dump/luna'), sample)
    const ran = site.luna(['db', 'import', path('dump')])
    assert.deepEqual([ran.status, ran.stdout], [0, ''])
    assert.equal(ran.stderr, 'INFO:luna:loaded 1 group, 2 nodes\n')
    assert.deepEqual(exported(), JSON.parse(dumpText(sample)))
  })

  it('takes an archive from standard input in place of it, keeps a copy, and names what it leaves', () => {
    const [cluster] = sampleDump('damaged.json').cluster ?? []
    assert.ok(cluster)
    const archive = Buffer.concat([archiveOf({ cluster: [cluster] }), part('admin', 'x', [])])
    const ran = site.luna(['db', 'import', '-', '--replace'], gzipSync(archive))
    assert.deepEqual([ran.status, ran.stdout], [0, ''])
    assert.match(
      ran.stderr,
      /^WARNING:luna:not taken: another database name=admin\n.* replaced by 1 cluster\n/,
    )
    assert.match(ran.stderr, /the old database is kept file=\S+\n$/)
    assert.deepEqual(Object.keys(exported()), ['cluster'])
  })

  it('changes nothing and keeps no copy where the dump is cut off', () => {
    const before = [exported(), readdirSync(site.dir)]
    writeFileSync(path('dump/luna/node.bson'), 'cut')
    const ran = site.luna(['db', 'import', path('dump'), '--replace', '--force'])
    assert.deepEqual([ran.status, ran.stdout], [1, ''])
    assert.match(
      ran.stderr,
      /^ERROR:luna:the dump of MongoDB is damaged: \S+node\.bson, byte 0: it ends after 3 /,
    )
    assert.deepEqual([exported(), readdirSync(site.dir)], before)
  })

  it('writes what it takes, prints nothing, and does not write over it', () => {
    const before = exported()
    const written = site.luna(['db', 'export', '--mongodump', path('out')])
    assert.deepEqual([written.status, written.stdout], [0, ''])
    assert.deepEqual(readdirSync(path('out/luna')), ['cluster.bson', 'cluster.metadata.json'])
    assert.equal(site.luna(['db', 'import', path('out'), '--replace']).status, 0)
    assert.deepEqual(exported(), before)
    const again = site.luna(['db', 'export', '--mongodump', path('out')])
    assert.equal(again.status, 1)
    assert.match(again.stderr, /^ERROR:luna:there is \S+out\/luna already/)
  })
})
