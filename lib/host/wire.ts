// Where on the network somebody is who asks this head: on a head itself, on a link of it and with which
// address of the link layer, or beyond a router. The kernel's neighbour table tells: nobody else on a link
// can have the MAC address of another machine there without being root.
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../error.ts'
import { bitsOf, formatIp, type Ip, overlap, type Prefix, parseIp } from '../object/net/address.ts'
import { run } from './run.ts'

export type Place =
  /** An address of this machine. */
  | { readonly kind: 'here' }
  /** The addresses of the link layer that the kernel has for it; none while it has no entry. */
  | { readonly kind: 'link'; readonly macs: readonly string[] }
  | { readonly kind: 'routed' }

/** How long a look is believed, in milliseconds. */
const believedFor = 30_000
/**
 * The shortest time between two looks, in milliseconds: a look at many thousands of entries takes a while.
 */
const lookEvery = 50
/** So many places are remembered of one look. */
const mostRemembered = 20_000

/** What the kernel knew at one moment. */
interface Snapshot {
  readonly own: ReadonlySet<string>
  readonly links: readonly Prefix[]
  readonly macs: ReadonlyMap<string, readonly string[]>
}

/**
 * The places of those who ask. A look at the table answers all who are in it for as long as it is believed;
 * another one is taken for who is not, and answers all who asked before it began.
 */
export class Wire {
  readonly #known = new Map<string, Place>()
  readonly #look: () => Promise<Snapshot>
  #seen: Snapshot | undefined
  #began = Number.NEGATIVE_INFINITY
  #next: Promise<Snapshot> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(look: () => Promise<Snapshot> = snapshot) {
    this.#look = look
  }

  /** Where an address is. Throws LunaError `failed` where the kernel cannot be asked. */
  async at(text: string): Promise<Place> {
    if (this.#seen && performance.now() - this.#began < believedFor) {
      const place = this.#known.get(text) ?? placeOf(text, this.#seen)
      if (isKnown(place)) return this.#remember(text, place)
    }
    // Who has no entry yet may have one at the next look.
    return placeOf(text, await this.#snapshot())
  }

  #remember(text: string, place: Place): Place {
    if (this.#known.size < mostRemembered) this.#known.set(text, place)
    return place
  }

  /** The next look, which begins after the one that is under way: that may have missed who asks now. */
  #snapshot(): Promise<Snapshot> {
    this.#next ??= this.#turn().then(async () => {
      this.#next = undefined
      const began = performance.now()
      const looking = this.#look()
      this.#last = looking.catch(() => {})
      const seen = await looking
      this.#seen = seen
      this.#began = began
      this.#known.clear()
      return seen
    })
    return this.#next
  }

  async #turn(): Promise<void> {
    await this.#last
    const rest = this.#began + lookEvery - performance.now()
    if (rest > 0) await delay(rest)
  }
}

function isKnown(place: Place): boolean {
  return place.kind !== 'link' || place.macs.length > 0
}

/** Where the address is by what the kernel knew. Pure. */
export function placeOf(text: string, { own, links, macs }: Snapshot): Place {
  const ip = readIp(text)
  if (!ip) return { kind: 'routed' }
  const name = formatIp(ip.version, ip.value)
  if (isLoopback(ip) || own.has(name)) return { kind: 'here' }
  const known = macs.get(name)
  if (known) return { kind: 'link', macs: known }
  const host = { version: ip.version, base: ip.value, length: bitsOf(ip.version) }
  const near = links.some((link) => overlap(link, host))
  return near ? { kind: 'link', macs: [] } : { kind: 'routed' }
}

/** Link-layer addresses by IP address, of what `ip -json neighbour` says. An entry on its way has none. */
export function readNeighbours(json: string): Map<string, readonly string[]> {
  const entries = JSON.parse(json || '[]') as readonly { dst?: string; lladdr?: string }[]
  const macs = new Map<string, readonly string[]>()
  for (const { dst = '', lladdr } of entries) {
    // As ip(8) writes it, it is the canonical text.
    const name = dst.toLowerCase()
    if (!lladdr) continue
    macs.set(name, [...(macs.get(name) ?? []), lladdr.toLowerCase()])
  }
  return macs
}

async function snapshot(): Promise<Snapshot> {
  const { stdout } = await run('ip', ['-json', 'neighbour', 'show'], { timeout: 5000 }).catch(noNeighbours)
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  const own = addresses.flatMap(({ address }) => readIp(address) ?? [])
  const links = addresses.flatMap(({ address, cidr }) => {
    const ip = readIp(address)
    const length = Number(cidr?.split('/')[1] ?? Number.NaN)
    return ip && length > 0 ? [{ version: ip.version, base: ip.value, length }] : []
  })
  return {
    own: new Set(own.map(({ version, value }) => formatIp(version, value))),
    links,
    macs: readNeighbours(stdout),
  }
}

function noNeighbours(cause: unknown): never {
  throw new LunaError('failed', 'the neighbour table of this head cannot be read', {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'install iproute2; until then: luna cluster change --boot_access open',
    cause,
  })
}

/** Also an IPv4 address as a socket of IPv6 has it, and one of a link with its zone. */
function readIp(text: string): Ip | undefined {
  const bare = text.replace(/%.*$/, '')
  const mapped = bare.toLowerCase().startsWith('::ffff:') ? bare.slice('::ffff:'.length) : ''
  return parseIp(isIPv4(mapped) ? mapped : bare)
}

function isLoopback({ version, value }: Ip): boolean {
  return version === 4 ? value >> 24n === 127n : value === 1n
}
