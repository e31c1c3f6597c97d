// NetworkManager profiles, as libnm reads them.
import { join } from 'node:path'
import type { Facts } from './cases.ts'
import { defaultGateways, isDefault, type Reading, run } from './reading.ts'

interface Family {
  readonly method: string
  readonly addresses: readonly string[]
  readonly gateway: string | null
  readonly dns: readonly string[]
  readonly search: readonly string[]
  readonly routes: readonly string[]
  readonly onLink: readonly string[]
}

export interface Profile {
  readonly said: readonly string[]
  readonly type?: string
  readonly controller?: string
  readonly port?: string
  readonly mtu?: number
  readonly vlan?: string
  readonly bond?: Readonly<Record<string, string>>
  readonly bridge?: Readonly<{ stp: boolean; delay: number }>
  readonly ipv4?: Family
  readonly ipv6?: Family
}

/** The profiles of NetworkManager below a root, as libnm reads them, by the name of the interface. */
export function profiles(root: string): ReadonlyMap<string, Profile> {
  const script = join(import.meta.dirname, 'read-keyfiles.py')
  const { stdout, stderr } = run('/usr/bin/python3', [
    script,
    join(root, 'etc/NetworkManager/system-connections'),
  ])
  if (stdout === '') throw new Error(stderr)
  const read = JSON.parse(stdout) as Record<string, Profile>
  return new Map(
    Object.entries(read).map(([name, profile]) => [name.replace(/\.nmconnection$/, ''), profile]),
  )
}

export function readKeyfiles(root: string): Reading {
  const all = profiles(root)
  const complaints = [...all].flatMap(([name, { said }]) => said.map((one) => `${name}: ${one}`))
  return { complaints, facts: (name) => keyfileFacts(all.get(name)), order: [] }
}

function keyfileFacts(profile: Profile | undefined): Facts {
  const families = [profile?.ipv4, profile?.ipv6].flatMap((one) => one ?? [])
  const routes = families.flatMap((one) => one.routes)
  const [method4, method6] = [profile?.ipv4?.method, profile?.ipv6?.method]
  const explicit = families.flatMap((one) => one.gateway ?? [])
  return {
    addresses: families.flatMap((one) => one.addresses).toSorted(),
    dhcp: `${method4 === 'auto' ? '4' : ''}${method6 === 'dhcp' ? '6' : ''}`,
    ra: { auto: 'yes', disabled: 'off' }[method6 ?? ''] ?? '',
    gateways: [...explicit, ...defaultGateways(routes)].toSorted(),
    // NetworkManager makes the way to the gateway of the addresses itself
    onLink: [...explicit, ...families.flatMap((one) => one.onLink)],
    dns: families.flatMap((one) => one.dns).toSorted(),
    search: families.flatMap((one) => one.search).join(' '),
    mtu: profile?.mtu ? String(profile.mtu) : '',
    routes: routes.filter((one) => !isDefault(one)).toSorted(),
    controller: profile?.controller ?? '',
    vlan: profile?.vlan ?? '',
  }
}
