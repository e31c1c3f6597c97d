// The firewall of this machine, where one runs: firewalld or ufw; which holes it has.
import { localAddresses } from '../interfaces.ts'
import { type Ran, run } from '../run.ts'

export type Firewall =
  | {
      readonly kind: 'firewalld'
      /** The zone of an interface. */
      readonly zones: ReadonlyMap<string, string>
      /** Per zone, now and for good: names of services, and ports as `7050/tcp`. */
      readonly open: ReadonlyMap<string, ReadonlySet<string>>
    }
  /** The rules as commands, as `ufw show added` has them. */
  | { readonly kind: 'ufw'; readonly rules: ReadonlySet<string> }

/** Undefined where none of the two runs. */
export async function findFirewall(): Promise<Firewall | undefined> {
  if ((await ask('firewall-cmd', ['--state'])).status === 0) return await firewalld()
  if (!/^Status: active/m.test((await ask('ufw', ['status'])).stdout)) return undefined
  const { stdout } = await ask('ufw', ['show', 'added'])
  const rules = stdout.split('\n').filter((line) => line.startsWith('ufw '))
  return { kind: 'ufw', rules: new Set(rules) }
}

async function firewalld(): Promise<Firewall> {
  const byDefault = (await ask('firewall-cmd', ['--get-default-zone'])).stdout.trim()
  const zones = new Map<string, string>()
  for (const { interface: name } of await localAddresses()) {
    const { status, stdout } = await ask('firewall-cmd', [`--get-zone-of-interface=${name}`])
    zones.set(name, status === 0 ? stdout.trim() : byDefault)
  }
  const open = new Map<string, ReadonlySet<string>>()
  for (const zone of new Set(zones.values())) {
    const now = await openNow(zone)
    open.set(zone, (await openNow(zone, '--permanent')).intersection(now))
  }
  return { kind: 'firewalld', zones, open }
}

/** At this moment, or after its next start. */
async function openNow(zone: string, ...how: readonly string[]): Promise<Set<string>> {
  const lists = ['--list-services', '--list-ports'].map((list) =>
    ask('firewall-cmd', [...how, `--zone=${zone}`, list]),
  )
  const words = (await Promise.all(lists)).flatMap(({ stdout }) => stdout.trim().split(/\s+/))
  return new Set(words.filter((word) => word !== ''))
}

/** A program that is not there says nothing. */
async function ask(program: string, args: readonly string[]): Promise<Ran> {
  const asked = run(program, args, { allowFailure: true, timeout: 10_000 })
  return await asked.catch(() => ({ status: 127, stdout: '', stderr: '' }))
}
