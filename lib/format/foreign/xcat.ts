// Nodes of xCAT, from a stanza file (xcatstanzafile(5)) as `lsdef -z` prints it: a header `NAME:`, and
// lines `attribute=value`. Read are mac (several with | between them, each may have !HOSTNAME behind it),
// ip, nicips.NIC, bmc where it is an address, switch, switchport and usercomment (node(7)).
import { LunaError } from '../../error.ts'
import { parseIp } from '../../object/net/address.ts'
import { type Entry, mostEntries, placeIn } from '../entry.ts'
import { type Found, madeNode } from './made.ts'

type Attributes = Map<string, Found>

/** The nodes of a stanza file. Throws LunaError `invalid` for lines that are none of one. */
export function readXcat(text: string, source: string): Entry[] {
  const defaults = new Map<string, Attributes>()
  const stanzas: { name: Found; attributes: Attributes }[] = []
  let current: Attributes | undefined
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const said = line.trim()
    if (said === '' || said.startsWith('#')) continue
    const header = /^([^\s=:]+):$/.exec(said)?.[1]
    const [, key, value = ''] = /^([\w.-]+)\s*=\s*(.*)$/.exec(said) ?? []
    if (header !== undefined) {
      const kind = /^default-(\w+)$/.exec(header)?.[1]
      current = kind === undefined ? new Map() : (defaults.get(kind) ?? new Map<string, Found>())
      if (kind !== undefined) defaults.set(kind, current)
      else stanzas.push({ name: { value: header, path: [at + 1] }, attributes: current })
      // A default counts for what follows it.
      if (kind === undefined) for (const [name, found] of defaults.get('node') ?? []) current.set(name, found)
    } else if (key !== undefined && current)
      current.set(key, { value: value.replace(/^'(.*)'$/, '$1'), path: [at + 1] })
    else throw noStanza(placeIn(source, at + 1), said)
  }
  const nodes = stanzas.filter(({ attributes }) => attributes.get('objtype')?.value === 'node')
  if (nodes.length > mostEntries) throw noStanza(source, `${nodes.length} stanzas, of ${mostEntries} at most`)
  return nodes.map(({ name, attributes }) =>
    madeNode(([line]) => placeIn(source, Number(line)), { name, ...fieldsOf(attributes) }),
  )
}

function fieldsOf(attributes: Attributes) {
  const said = (name: string) => (attributes.get(name)?.value === '' ? undefined : attributes.get(name))
  const [mac, ...also] = String(said('mac')?.value ?? '')
    .split('|')
    .map((one) => one.split('!')[0]?.trim() ?? '')
  const macs = said('mac')
  const nics = [...attributes].flatMap(([name, found]): [string, Found][] => {
    const nic = /^nicips\.(.+)$/.exec(name)?.[1]
    return nic !== undefined && found.value !== ''
      ? [[nic, { ...found, value: String(found.value).replaceAll('|', ' ') }]]
      : []
  })
  const [ip, bmc] = [said('ip'), said('bmc')]
  return {
    fields: {
      mac: macs && { ...macs, value: mac },
      also: macs && also.length > 0 ? { ...macs, value: also } : undefined,
      switch: said('switch'),
      port: said('switchport'),
      comment: said('usercomment'),
    },
    interfaces: [
      ...(ip ? [['BOOTIF', ip] as const] : []),
      ...nics,
      // It may be a host name.
      ...(bmc && parseIp(String(bmc.value)) ? [['BMC', bmc] as const] : []),
    ],
  }
}

function noStanza(place: string, text: string): LunaError {
  return new LunaError('invalid', `${place}: it cannot be read as a stanza file of xCAT`, {
    why: `${JSON.stringify(text.slice(0, 80))} is neither a header (name:) nor attribute=value below one`,
    fix: 'give what lsdef -t node -z prints',
  })
}
