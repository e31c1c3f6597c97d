// Which nodes names, groups, conditions and exceptions come to.
import assert from 'node:assert/strict'
import type { NameList } from '../../lib/object/choice/name-list.ts'
import type { Store } from '../../lib/store/store.ts'
import { addGroup } from '../../lib/task/change/group.ts'
import { addNodes } from '../../lib/task/change/node.ts'
import { changeNodes } from '../../lib/task/change/node-change.ts'
import { chosenNames, type NodeChoice } from '../../lib/task/choose/nodes.ts'
import { smallSite } from './site.ts'

const list = (names: readonly string[] | undefined, ...except: string[]): NameList => ({
  names,
  except: new Set(except),
})

describe('choosing nodes', () => {
  let store: Store
  before(async () => {
    store = await smallSite()
    await addGroup(store, { name: 'login', osimage: 'os', network: 'cluster' })
    await addNodes(store, { group: 'compute', names: ['n1', 'n2', 'n3'] })
    await addNodes(store, { group: 'login', names: ['a1', 'a2'] })
    await changeNodes(store, ['n2'], { mac: '52:54:00:00:00:02', localboot: true })
    const { id } = await store.getNamed('node', 'n3')
    await store.setStatus(id, { step: 'install.download 37', time: new Date() })
  })

  const cases: readonly (readonly [string, NodeChoice, string])[] = [
    ['names as they are, also of what there is not', { names: list(['n9', 'n1'], 'n1') }, 'n9'],
    ['the nodes of a group', { group: 'login' }, 'a1 a2'],
    ['the nodes of groups, named by a hostlist', { group: 'login,compute' }, 'n1 n2 n3 a1 a2'],
    ['names and then groups', { names: list(['n3']), group: 'login' }, 'n3 a1 a2'],
    ['groups without exceptions', { names: list(undefined, 'a1'), group: 'login' }, 'a2'],
    ['all of which a condition holds', { where: ['localboot=y'] }, 'n2'],
    ['those of a group of which it holds', { group: 'login', where: ['name=*1'] }, 'a1'],
    ['those of names, in their order', { names: list(['n3', 'n2', 'n1']), where: ['mac='] }, 'n3 n1'],
    ['those of which all conditions hold', { where: ['group=compute', 'mac!=', 'image=os'] }, 'n2'],
    ['by the step without its percent', { where: ['status=install.download'] }, 'n3'],
    ['by percent', { where: ['percent=37'] }, 'n3'],
    ['by any address, and by that of an interface', { where: ['ip=10.31.0.2', 'BOOTIF=10.30.*'] }, 'n2'],
    ['nobody, when that is so', { where: ['group=compute', 'name=a*'] }, ''],
  ]
  for (const [what, choice, names] of cases)
    it(`means ${what}`, async () => assert.equal((await chosenNames(store, choice)).join(' '), names))

  for (const [what, choice, code] of [
    ['a group that there is not', { group: 'x' }, 'not-found'],
    ['a condition about a node that there is not', { names: list(['n9']), where: ['mac='] }, 'not-found'],
    ['a field that no node has', { where: ['imagge=os'] }, 'usage'],
    ['a field that only JavaScript has', { where: ['constructor=*'] }, 'usage'],
  ] as const)
    it(`refuses ${what}`, async () => await assert.rejects(chosenNames(store, choice), { code }))
})
