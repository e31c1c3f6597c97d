// What every format has to say of a case, and what it cannot say, by the manuals of the formats.
import {
  address4,
  address6,
  type Facts,
  gateways,
  is6,
  networks,
  type Scene,
  servers,
  type Wanted,
  type Way,
} from './cases.ts'

const member = (wanted: Wanted): boolean => /member$|^port/.test(wanted.kind)
const hasV4 = (wanted: Wanted): boolean => wanted.v4 !== 'none'

/** What a reader has to find. */
export function factsOf(wanted: Wanted, scene: Scene, way: Way): Omit<Facts, 'onLink'> {
  const gone = lossesOf(wanted, way)
  const none = member(wanted)
  const on = (one: string): boolean => !none && (is6(one) ? wanted.v6 !== 'off' : hasV4(wanted))
  const found = (list: readonly string[] | undefined): string[] => (list ?? []).filter(on).toSorted()
  const dns = servers[wanted.dns] ?? []
  return {
    addresses: found([...(address4[wanted.v4] ?? []), ...(address6[wanted.v6] ?? [])]),
    dhcp: none ? '' : `${/dhcp|both/.test(wanted.v4) ? '4' : ''}${/dhcp/.test(wanted.v6) ? '6' : ''}`,
    ra: none ? '' : /slaac/.test(wanted.v6) ? 'yes' : wanted.v6 === 'off' ? 'off' : '',
    gateways: found(gateways[wanted.gateway]),
    dns: dns.filter((_, at) => !gone.includes(`DNS${at + 1}`)).toSorted(),
    search: gone.includes('DOMAIN') ? '' : (wanted.search ?? ''),
    mtu: gone.includes('MTU') ? '' : (wanted.mtu ?? ''),
    routes: found(networks[wanted.routes]),
    controller: none ? (/^(?:MASTER|BRIDGE)=(.*)$/m.exec(scene.files[scene.subject] ?? '')?.[1] ?? '') : '',
    vlan: ['vlan', 'dotted', 'overbond'].includes(wanted.kind) ? `7 ${scene.order[0]?.[0]}` : '',
  }
}

/** Gateways that are on the link only where that is said: no network of the case has them. */
export function gatewaysBeyond(wanted: Wanted, { gateways: found, routes }: Facts): string[] {
  const all = [...found, ...routes.map((route) => route.split(' ')[1] ?? '')]
  const own = [...(address4[wanted.v4] ?? []), ...(address6[wanted.v6] ?? [])]
  const start = (one: string): string => one.replace(/(?<=^10\.\d+\.|^fd\d+:).*/, '')
  return all.filter((one) => !one.startsWith('fe80:') && !own.some((mine) => start(mine) === start(one)))
}

/** The keys that a format cannot say, or that mean nothing beside the others. */
export function lossesOf(wanted: Wanted, way: Way): string[] {
  const none = member(wanted)
  const off = wanted.v6 === 'off'
  const gone = (one: string): boolean => none || (is6(one) ? off : !hasV4(wanted))
  const resolves6 = !off && !(wanted.v6 === 'quiet')
  const deaf = (one: string): boolean =>
    none || (way === 'keyfile' && (is6(one) ? !resolves6 : !hasV4(wanted)))
  const losses = [
    none && address4[wanted.v4] && 'IPADDR',
    none && wanted.v4 === 'two' && 'IPADDR1',
    none && /dhcp|both/.test(wanted.v4) && 'BOOTPROTO',
    none && address6[wanted.v6] && 'IPV6ADDR',
    none && wanted.v6 === 'two' && 'IPV6ADDR_SECONDARIES',
    none && /slaac/.test(wanted.v6) && 'IPV6_AUTOCONF',
    none && /dhcp/.test(wanted.v6) && 'DHCPV6C',
    ...(gateways[wanted.gateway] ?? []).filter(gone).map((one) => (is6(one) ? 'IPV6_DEFAULTGW' : 'GATEWAY')),
    ...(servers[wanted.dns] ?? []).map((one, at) => deaf(one) && `DNS${at + 1}`),
    wanted.search && (none || (way === 'keyfile' && !hasV4(wanted) && !resolves6)) && 'DOMAIN',
    (networks[wanted.routes] ?? []).some(gone) && 'ROUTES',
    !mtuFits(wanted, way) && 'MTU',
    wanted.kind === 'infiniband' && way.startsWith('net') && 'CONNECTED_MODE',
  ]
  return [...new Set(losses.filter((one) => typeof one === 'string' && one !== ''))].toSorted() as string[]
}

/** What it stands on, or is a member of, has 9000; InfiniBand has 4092 where its mode is not said. */
function mtuFits({ kind, mtu = '' }: Wanted, way: Way): boolean {
  if (kind === 'infiniband') return !way.startsWith('net') || Number(mtu) <= 4092
  if (kind === 'bondmember') return mtu === '' || mtu === '9000'
  return !(['bridge', 'vlan', 'dotted', 'overbond'].includes(kind) && Number(mtu) > 9000)
}
