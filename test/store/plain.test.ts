// Documents read for their objects: the same objects as from documents with the types of BSON, whatever is
// in them.
import { deepStrictEqual, throws } from 'node:assert/strict'
import { Binary, BSONError, DBRef, type Document, Double, Int32, Long, ObjectId, serialize } from 'bson'
import { readObject } from '../../lib/store/bson/object-codec.ts'
import { plainReader } from '../../lib/store/bson/plain.ts'
import { documentOf } from '../../lib/store/bson/values.ts'

const node = (more: Document = {}): Document => ({
  _id: new ObjectId(),
  name: 'node001',
  group: new DBRef('group', new ObjectId()),
  interfaces: { a1: { 4: new Int32(1), 6: null }, b2: { 4: Long.fromNumber(2 ** 40), 6: `${2n ** 70n}` } },
  switch: null,
  localboot: false,
  setupbmc: true,
  status: { step: 'install.success', time: new Date(1e12) },
  comment: 'Gehäuse 3 — 机架',
  ...more,
})

// What the first Luna, a hand or a failing disk may have left in a node.
const strange: Readonly<Record<string, Document>> = {
  'a document like the last one': {},
  'another name in the same place': { interfaces: { c3: { 4: new Int32(7), 6: null } } },
  'numbers of all types': { localboot: new Double(1), setupbmc: new Int32(0), port: new Long(17) },
  'an integer beyond 2^53': { port: Long.MAX_VALUE, interfaces: { a1: { 4: Long.MAX_VALUE } } },
  'references without a collection': { group: new ObjectId(), switch: new ObjectId().toHexString() },
  'an id where a text belongs': { comment: new ObjectId('123456789012345678901234') },
  'references where they do not belong': {
    interfaces: new DBRef('group', new ObjectId()),
    port: node().group,
  },
  'types that no object has': { port: new Binary(Buffer.from('x')), comment: /x/, group: [1, 2] },
  'the character for what is no character': { comment: 'a\ufffdb' },
  'nothing at all': { name: '', comment: '', interfaces: {}, status: {} },
  'a name of JavaScript': JSON.parse(
    '{"__proto__": {"comment": "x"}, "interfaces": {"__proto__": {"4": 1}}}',
  ),
}

describe('documents that are read for their objects', () => {
  it('give what documents with the types of BSON give, whatever came before', () => {
    const read = plainReader()
    for (const [what, more] of Object.entries(strange))
      for (const document of [node(), { ...node(), ...more }, node({ armed: null })]) {
        const bytes = serialize(document)
        deepStrictEqual(readObject('node', read(bytes)), readObject('node', documentOf(bytes)), what)
      }
  })

  it('are refused as the library refuses them when they are cut off or overwritten', () => {
    const read = plainReader()
    const whole = serialize(node())
    read(whole)
    for (let size = 0; size < whole.length; size++) throws(() => read(whole.subarray(0, size)), BSONError)
    throws(() => read(Buffer.concat([whole, whole])), BSONError)
    for (let at = 0; at < whole.length; at++)
      for (const byte of [0, 1, 255]) {
        const damaged = Uint8Array.from(whole)
        damaged[at] = byte
        deepStrictEqual(
          tried(() => read(damaged)),
          tried(() => documentOf(damaged)),
          `${byte} at ${at}`,
        )
      }
  })
})

/** The node that is read, or that it is refused. */
function tried(read: () => Document): unknown {
  let document: Document
  try {
    document = read()
  } catch {
    return 'refused'
  }
  return readObject('node', document)
}
