// The nodes that a process has been asked about, by name and by MAC address. Only what was found is kept:
// anybody can ask for what is not there.
import type { Id } from '../../object/field.ts'
import type { Mac } from '../../object/net/mac.ts'
import type { Node, SteadyNode } from '../../object/node.ts'
import type { Store, Versions } from '../../store/store.ts'

// Milliseconds after which all is read again, as other programs leave the versions alone.
const longest = 30_000

export class KnownNodes {
  readonly #store: Pick<Store, 'find' | 'findNamed' | 'findMac'>
  #versions: Pick<Versions, 'objects' | 'macs'> = { objects: '', macs: '' }
  #since = Number.NEGATIVE_INFINITY
  // They are replaced, not emptied: an answer that is still on its way belongs to the former ones.
  #byId = new Map<Id, SteadyNode>()
  #byName = new Map<string, SteadyNode>()
  #byMac = new Map<Mac, Id>()

  constructor(store: Pick<Store, 'find' | 'findNamed' | 'findMac'>) {
    this.#store = store
  }

  /** Forgets what is not of these versions, or too old at that time in milliseconds. */
  keepOnly({ objects, macs }: Versions, time: number): void {
    const old = time - this.#since >= longest
    if (old) this.#since = time
    if (old || macs !== this.#versions.macs) this.#byMac = new Map()
    if (old || objects !== this.#versions.objects) {
      this.#byId = new Map()
      this.#byName = new Map()
    }
    this.#versions = { objects, macs }
  }

  async named(name: string): Promise<SteadyNode | undefined> {
    const [byName, byId] = [this.#byName, this.#byId]
    const present = byName.get(name)
    if (present) return present
    const found = await this.#store.findNamed('node', name)
    return found && keep(found, byName, byId)
  }

  /** The node that has the MAC address, on any of its boot cards. */
  async having(mac: Mac): Promise<SteadyNode | undefined> {
    const [byMac, byName, byId] = [this.#byMac, this.#byName, this.#byId]
    const id = byMac.get(mac) ?? (await this.#store.findMac(mac))
    if (id === undefined) return undefined
    byMac.set(mac, id)
    const present = byId.get(id)
    if (present) return present
    const found = await this.#store.find('node', id)
    return found && keep(found, byName, byId)
  }
}

function keep(
  { status: _status, armed: _armed, bmc_set: _set, ...node }: Node,
  byName: Map<string, SteadyNode>,
  byId: Map<Id, SteadyNode>,
): SteadyNode {
  byName.set(node.name, node)
  byId.set(node.id, node)
  return node
}
