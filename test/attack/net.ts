// The wire that attacks happen on: a head with a bridge, machines plugged into it, and one behind a
// router. Each is a network namespace; names begin with `lunaat`.
import { execFileSync } from 'node:child_process'

/** Where somebody sits. `far` reaches the head through a router. */
export type Seat = 'head' | 'node001' | 'node002' | 'neighbour' | 'far'

export const addresses = {
  head: '10.30.255.254',
  node001: '10.30.0.1',
  node002: '10.30.0.2',
  neighbour: '10.30.0.66',
  far: '10.40.0.4',
} as const satisfies Record<Seat, string>

/** IPv6 addresses of those on the link. */
export const addresses6 = {
  head: 'fd30::fe',
  node001: 'fd30::1',
  node002: 'fd30::2',
  neighbour: 'fd30::66',
} as const

export const macs = {
  node001: '52:54:00:00:00:01',
  node002: '52:54:00:00:00:02',
  neighbour: '52:54:00:00:00:66',
  far: '52:54:00:00:00:04',
} as const

const router = { near: '10.30.0.250', far: '10.40.255.254' } as const

/** The namespace of a seat, for `ip netns exec`. */
export function namespaceOf(seat: Seat | 'router'): string {
  return `lunaat${seat}${process.pid}`
}

const all = ['head', 'node001', 'node002', 'neighbour', 'router', 'far'] as const

/** Makes the namespaces and their cables. */
export function makeWire(): void {
  removeWire()
  for (const seat of all) {
    ip(['netns', 'add', namespaceOf(seat)])
    inside(seat, 'link set lo up')
  }
  inside('head', 'link add br0 type bridge forward_delay 0 stp_state 0')
  inside('head', `addr add ${addresses.head}/16 dev br0`)
  inside('head', `addr add ${addresses6.head}/64 dev br0 nodad`)
  inside('head', 'link set br0 up')
  for (const seat of ['node001', 'node002', 'neighbour'] as const) {
    plug(seat)
    inside(seat, `link set eth0 address ${macs[seat]}`)
    inside(seat, `addr add ${addresses[seat]}/16 dev eth0`)
    inside(seat, `addr add ${addresses6[seat]}/64 dev eth0 nodad`)
    inside(seat, 'link set eth0 up')
  }
  addRouter()
}

/** Removes them; what runs inside is the caller's to end. */
export function removeWire(): void {
  for (const seat of all) {
    try {
      ip(['netns', 'del', namespaceOf(seat)])
    } catch {
      // It was not there.
    }
  }
}

/** Gives an address to a seat beside its own, or takes it away. */
export function changeAddress(seat: Seat, action: 'add' | 'del', cidr: string): void {
  inside(seat, `addr ${action} ${cidr} dev eth0 ${cidr.includes(':') ? 'nodad' : ''}`.trim())
}

/** `ip` inside of a seat, with its arguments in one text. */
export function inside(seat: Seat | 'router', command: string): string {
  return ip(['-n', namespaceOf(seat), ...command.split(' ')])
}

function plug(seat: Seat | 'router'): void {
  const [head, port] = [namespaceOf('head'), `p-${seat}`]
  inside('head', `link add ${port} type veth peer name eth0 netns ${namespaceOf(seat)}`)
  ip(['-n', head, 'link', 'set', port, 'master', 'br0', 'up'])
}

function addRouter(): void {
  plug('router')
  inside('router', `addr add ${router.near}/16 dev eth0`)
  inside('router', 'link set eth0 up')
  inside('router', `link add eth1 type veth peer name eth0 netns ${namespaceOf('far')}`)
  inside('router', `addr add ${router.far}/16 dev eth1`)
  inside('router', 'link set eth1 up')
  execFileSync('ip', ['netns', 'exec', namespaceOf('router'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
  inside('far', `link set eth0 address ${macs.far}`)
  inside('far', `addr add ${addresses.far}/16 dev eth0`)
  inside('far', 'link set eth0 up')
  inside('far', `route add default via ${router.far}`)
  inside('head', `route add 10.40.0.0/16 via ${router.near}`)
}

function ip(args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
