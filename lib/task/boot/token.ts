// Tokens: a node that is armed is given one on its kernel command line, and asks for its script with it.
// Made of the secret of the arm, which every head has: nothing is written down when one is given.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Place } from '../../host/wire.ts'
import { bootAccess } from '../../object/boot-access.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Arm } from '../../object/field.ts'

/** How long one is good, in milliseconds. */
const lasting = 3600_000

/** An arm of a node, with a new secret. */
export function newArm(until: Date | null, continuous: boolean): Arm {
  return { until, continuous, secret: randomBytes(18).toString('base64url') }
}

/** The arm of a node that is given a card, where nodes have to be armed; undefined elsewhere. */
export function armOfNewCard(cluster: Cluster, former: Arm | null): Arm | undefined {
  return bootAccess(cluster) === 'armed' ? newArm(null, former?.continuous ?? false) : undefined
}

/** What a token is bound to: the card on a link, else the address. */
export function boundTo(address: string, place: Place): string {
  return place.kind === 'link' ? [...place.macs].sort().join(' ') : address
}

/** `EXPIRES.MAC`: letters, digits, `-`, `_` and a dot. */
export function makeToken({ secret }: Arm, bound: string, now: Date): string {
  return signed(secret, bound, (now.getTime() + lasting).toString(36))
}

/** Whether the token was made for that, and is not too old. */
export function isToken(token: string, { secret }: Arm, bound: string, now: Date): boolean {
  const [expires = ''] = token.split('.')
  if (!/^[0-9a-z]{1,12}$/.test(expires) || Number.parseInt(expires, 36) < now.getTime()) return false
  const [one, other] = [Buffer.from(token), Buffer.from(signed(secret, bound, expires))]
  return one.length === other.length && timingSafeEqual(one, other)
}

function signed(secret: string, bound: string, expires: string): string {
  const mac = createHmac('sha256', secret).update(`${expires} ${bound}`).digest('base64url')
  return `${expires}.${mac}`
}
