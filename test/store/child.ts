// A process of its own that works on the store of a test: `child.ts ADDRESS PREFIX COUNT` adds nodes as that
// many commands would, one unit of work each, and prints a line after each.
import { takeLowest } from '../../lib/object/net/freelist.ts'
import { makeStore } from '../../lib/store/make-store.ts'
import { type Address, engineAt } from './place.ts'

const [address = '', prefix = '', count = ''] = process.argv.slice(2)
const engine = await engineAt(JSON.parse(address) as Address)
for (let n = 0; n < Number(count); n++) {
  const by = async () => ({ user: 'alice', as: null, command: `add ${prefix}${n}` })
  await makeStore(engine, { by }).transaction(async (inner) => {
    const group = await inner.getNamed('group', 'g')
    const network = await inner.getNamed('network', 'n')
    const taken = takeLowest(network.freelist)
    if (!taken) throw new Error('no address left')
    await inner.update('network', network.id, { freelist: taken.free })
    const interfaces = { k: { 4: taken.offset, 6: null } }
    const id = await inner.insert('node', { name: `${prefix}${n}`, group: group.id, interfaces })
    await inner.link({ kind: 'node', id }, { kind: 'group', id: group.id })
  })
  process.stdout.write(`${n}\n`)
}
await engine.close()
