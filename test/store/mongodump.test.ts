import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { type Document, ObjectId } from 'bson'
import { dumpText } from '../../lib/store/dump.ts'
import { addBytes, asInt64, noBytes } from '../../lib/store/mongodump/crc64.ts'
import { openMemoryStore, readExported, writeMongodump } from '../../lib/store/open.ts'
import { rejectsWith } from '../help.ts'
import { archiveOf, bsonOf, ending, part, prelude, sampleDump, writeFolder } from './mongodump.ts'

const sample = sampleDump('foreign.json')
const _id = new ObjectId('6b0000000000000000000030')
const node = { _id, name: 'n' }

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'luna-dump-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** A file with these bytes. */
function file(name: string, bytes: Uint8Array): string {
  const path = join(dir, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

async function textFrom(source: string | AsyncIterable<Uint8Array>): Promise<string> {
  return dumpText((await readExported(source)).dump)
}

describe('readExported of a folder of mongodump', () => {
  for (const gzip of [false, true]) {
    it(`takes the folder of the database and the one it is in${gzip ? ', packed by gzip' : ''}`, async () => {
      writeFolder(join(dir, 'dump/luna'), sample, { gzip })
      for (const path of ['dump/luna', 'dump']) {
        assert.deepEqual(JSON.parse(await textFrom(join(dir, path))), JSON.parse(dumpText(sample)))
      }
    })
  }

  it('keeps every byte of every document, through a store and out again', async () => {
    writeFolder(join(dir, 'old'), sample)
    const store = openMemoryStore()
    await store.restore((await readExported(join(dir, 'old'))).dump)
    mkdirSync(join(dir, 'new'))
    assert.equal(await writeMongodump(await store.dump(), join(dir, 'new')), join(dir, 'new/luna'))
    await store.close()
    for (const name of Object.keys(sample)) {
      const [old, now] = ['old', 'new/luna'].map((folder) => readFileSync(join(dir, folder, `${name}.bson`)))
      assert.deepEqual(documentsIn(now), documentsIn(old), name)
    }
  })

  it("reads past MongoDB's own collections, Luna's bookkeeping and everything that is no BSON", async () => {
    writeFolder(join(dir, 'dump'), { ...sample, 'system.indexes': [{ ns: 'luna.node' }], luna_lease: [] })
    file('dump/system.users.bson', Buffer.from('not looked at'))
    file('dump/prelude.json', Buffer.from('{}'))
    assert.deepEqual(Object.keys((await readExported(join(dir, 'dump'))).dump), Object.keys(sample).sort())
  })

  it('takes the folder luna where the oplog lies beside it', async () => {
    writeFolder(join(dir, 'dump/luna'), { node: [node] })
    file('dump/oplog.bson', bsonOf([{ op: 'n' }]))
    assert.deepEqual(Object.keys((await readExported(join(dir, 'dump'))).dump), ['node'])
  })

  it('knows names of collections whose characters no file can have', async () => {
    writeFolder(join(dir, 'dump'), { 'a%2Fb': [node] })
    assert.deepEqual(Object.keys((await readExported(join(dir, 'dump'))).dump), ['a/b'])
  })

  it('refuses a folder without a dump, and one with a collection twice', async () => {
    assert.match((await rejectsWith('invalid', readExported(dir))).message, /no dump of the database luna in/)
    writeFolder(join(dir, 'dump'), { node: [node] })
    writeFolder(join(dir, 'dump'), { node: [node] }, { gzip: true })
    const { why } = await rejectsWith('invalid', readExported(join(dir, 'dump')))
    assert.match(why ?? '', /node is in node\.bson as well/)
  })

  it('refuses a file that is cut off at any byte but those between documents', async () => {
    const bytes = bsonOf(sample.node ?? [])
    const first = bsonOf(sample.node?.slice(0, 1) ?? []).length
    for (let length = 0; length < bytes.length; length++) {
      if (length === 0 || length === first) continue
      const path = file('dump/node.bson', bytes.subarray(0, length))
      const { why } = await rejectsWith('invalid', readExported(join(dir, 'dump')))
      assert.match(why ?? '', new RegExp(`^${path}, byte \\d+: it ends after \\d+ of the \\d+ bytes of a `))
    }
  })

  it('refuses a packed file that is cut off anywhere', async () => {
    const packed = gzipSync(bsonOf(sample.node ?? []))
    for (let length = 0; length < packed.length; length++) {
      file('dump/node.bson.gz', packed.subarray(0, length))
      const { why } = await rejectsWith('invalid', readExported(join(dir, 'dump')))
      assert.match(why ?? '', /node\.bson\.gz \(unpacked\), byte \d+: (cannot be read on|it ends after)/)
    }
  })

  const withLength = (length: number) => {
    const bytes = bsonOf([node, node])
    bytes.writeInt32LE(length, bytes.length / 2)
    return bytes
  }
  const half = bsonOf([node]).length
  const lying: readonly (readonly [string, Buffer, RegExp])[] = [
    ['a length of -1', withLength(-1), new RegExp(`byte ${half + 4}: no document is -1 bytes long`)],
    ['a negative length', withLength(-(2 ** 31)), new RegExp(`byte ${half}: no document is -2147483648`)],
    ['a length of less than 5', withLength(4), new RegExp(`byte ${half}: no document is 4 bytes long`)],
    ['a length above 16 MiB', withLength(17 << 20), new RegExp(`byte ${half}: no document is 17825792`)],
    ['a length beyond the end', withLength(half + 1), new RegExp(`byte ${half}: it ends after ${half} of`)],
    ['a length that is too short', withLength(half - 1), new RegExp(`byte ${half}: `)],
    ['a document twice', bsonOf([node, node]), new RegExp(`byte ${half}: its _id .* is there twice`)],
    ['a document without _id', bsonOf([{ name: 'n' }]), /byte 0: it has no _id/],
    ['an _id that is no ObjectId', bsonOf([{ _id: 1 }]), /byte 0: its _id is not an ObjectId/],
    ['a string that is no UTF-8', bsonOf([node]).fill(0xff, half - 3, half - 2), /byte 0: .*UTF-?8/i],
    ['a document that nests too deep', bsonOf([nesting(101)]), /byte 0: it nests deeper than 100 levels/],
    ['a date beyond all years', dated(2n ** 62n), /byte 0: the document has a value .* that cannot be kept/],
  ]
  for (const [what, bytes, why] of lying) {
    it(`refuses ${what}, and says where`, async () => {
      const path = file('dump/node.bson', bytes)
      const error = await rejectsWith('invalid', readExported(join(dir, 'dump')))
      assert.ok(error.why?.startsWith(`${path}, byte `), error.why)
      assert.match(error.why ?? '', why)
    })
  }
})

describe('readExported of an archive of mongodump', () => {
  for (const pack of [Buffer.from, gzipSync]) {
    it(`takes it from a file and from a pipe${pack === gzipSync ? ', packed by gzip' : ''}`, async () => {
      const bytes = pack(archiveOf(sample))
      const wanted = JSON.parse(dumpText(sample))
      assert.deepEqual(JSON.parse(await textFrom(file('archive', bytes))), wanted)
      const dribble = Array.from(bytes, (byte) => Buffer.from([byte]))
      assert.deepEqual(JSON.parse(await textFrom(Readable.from(dribble))), wanted)
    })
  }

  it('takes no other database, and names those that there are', async () => {
    const bytes = Buffer.concat([
      prelude(
        ['luna', 'node'],
        ['admin', 'system.version'],
        ['luna', 'system.indexes'],
        ['luna', 'view', 'view'],
      ),
      part('other', 'node', [{ broken: true }]),
      part('luna', 'system.indexes', [{ v: 1 }]),
      part('luna', 'node', [node]),
      ending('other', 'node', []),
      ending('luna', 'system.indexes', []),
      ending('luna', 'node', [node]),
    ])
    const { dump, others } = await readExported(file('archive', bytes))
    assert.deepEqual([Object.keys(dump), others], [['node'], ['admin', 'other']])
  })

  it('refuses one without the database', async () => {
    const error = await rejectsWith('invalid', readExported(file('archive', archiveOf(sample, 'other'))))
    assert.match(`${error.message}: ${error.why}`, /no database luna in .*archive: it has other/)
  })

  it('refuses one that is cut off at any byte, packed or not', async () => {
    for (const bytes of [archiveOf({ node: [node] }), gzipSync(archiveOf({ node: [node] }))]) {
      for (let length = 0; length < bytes.length; length++) {
        const path = file('archive', bytes.subarray(0, length))
        await rejectsWith('invalid', readExported(path))
      }
    }
  })

  it('refuses one with a byte of a document changed', async () => {
    const bytes = archiveOf({ node: [node] })
    const first = bytes.indexOf(_id.id)
    for (let at = first; at < first + 12; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      const { why } = await rejectsWith('invalid', readExported(file('archive', changed)))
      assert.match(why ?? '', /archive, byte \d+: the documents of node have another sum/)
    }
  })

  const head = prelude(['luna', 'node'])
  const wrong: readonly (readonly [string, Buffer, RegExp])[] = [
    ['another magic number', Buffer.concat([Buffer.from([0x6d, 0xe2, 0, 0x81]), head]), /byte 0: neither/],
    ['BSON without an archive around it', bsonOf([node]), /byte 0: neither/],
    ['no header', Buffer.concat([head.subarray(0, 4), Buffer.alloc(4, 0xff)]), /byte 8: an archive begins/],
    ['a part without a header', Buffer.concat([head, Buffer.alloc(4, 0xff)]), /byte \d+: a part of an/],
    ['a part that belongs nowhere', Buffer.concat([head, bsonOf([{ a: 1 }])]), /says which collection/],
    [
      'a collection that goes on after its end',
      Buffer.concat([head, ending('luna', 'node', []), part('luna', 'node', [node])]),
      /byte \d+: node has ended already/,
    ],
    ['an impossible name', prelude(['luna', 'a$b']), /byte \d+: collection "a\$b": not a possible name/],
    ['a collection that never comes', head, /byte \d+: it ends before the end of node/],
  ]
  for (const [what, bytes, why] of wrong) {
    it(`refuses ${what}, and says where`, async () => {
      const error = await rejectsWith('invalid', readExported(file('archive', bytes)))
      assert.match(`${error.message} ${error.why}`, why)
      assert.match(`${error.message} ${error.why}`, /archive/)
    })
  }
})

describe('readExported', () => {
  it('takes a text of luna db export, packed or not, from a file and from a pipe', async () => {
    const text = Buffer.from(dumpText(sample))
    for (const bytes of [text, gzipSync(text)]) {
      assert.equal(await textFrom(file('luna.json', bytes)), text.toString())
      assert.equal(await textFrom(Readable.from([bytes])), text.toString())
    }
  })

  it('says what cannot be read', async () => {
    const error = await rejectsWith('invalid', readExported(join(dir, 'nothing')))
    assert.match(`${error.message} ${error.why}`, /cannot read ".*nothing" ENOENT/)
  })
})

describe('writeMongodump', () => {
  it('writes files that only their owner can read, with metadata that MongoDB 2.4 needs', async () => {
    const folder = await writeMongodump({ node: [node] }, dir)
    const modes = ['.', 'node.bson', 'node.metadata.json'].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o600])
    const metadata: unknown = JSON.parse(readFileSync(join(folder, 'node.metadata.json'), 'utf8'))
    const index = { v: 1, key: { _id: 1 }, name: '_id_', ns: 'luna.node' }
    assert.deepEqual(metadata, { options: {}, indexes: [index] })
  })

  it('leaves what is there as it is', async () => {
    await writeMongodump({ node: [node] }, dir)
    const error = await rejectsWith('refused', writeMongodump({ group: [node] }, dir))
    assert.match(error.message, /luna already$/)
    assert.deepEqual([readdirSync(dir), readdirSync(join(dir, 'luna')).length], [['luna'], 2])
  })

  it('leaves nothing where not all of it could be written', async () => {
    await rejectsWith('failed', writeMongodump({ node: [node], ['ü'.repeat(60)]: [node] }, dir))
    assert.deepEqual(readdirSync(dir), [])
  })
})

describe('the sum in an archive', () => {
  it('is that of the catalogue of CRCs for the digits 1 to 9, in one piece or in several', () => {
    const whole = addBytes(noBytes, Buffer.from('123456789'))
    assert.equal(BigInt.asUintN(64, asInt64(whole)), 0x995dc9bbdf1939fan)
    assert.deepEqual(addBytes(addBytes(noBytes, Buffer.from('1234')), Buffer.from('56789')), whole)
  })
})

/** The documents of a file in hexadecimal, sorted. */
function documentsIn(bytes: Buffer = Buffer.alloc(0)): string[] {
  const documents: string[] = []
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
    documents.push(bytes.toString('hex', at, at + bytes.readInt32LE(at)))
  }
  return documents.sort()
}

/** A document of so many levels. */
function nesting(levels: number): Document {
  let inner: Document = {}
  for (let level = 2; level < levels; level++) inner = { a: inner }
  return { _id, inner }
}

/** A document with a date, in milliseconds. */
function dated(time: bigint): Buffer {
  const bytes = bsonOf([{ _id, updated: new Date(0) }])
  bytes.writeBigInt64LE(time, bytes.length - 9)
  return bytes
}
