// Whether the services of a head run, and start with the machine.
import { existsSync } from 'node:fs'
import { isActive, isEnabled } from '../../host/service/service.ts'
import { headAddresses } from '../../object/cluster.ts'
import { isPaired } from '../generate/dhcp-files.ts'
import { type Check, fine, type Head, type Verdict, warning, wrong } from './check.ts'

type Role = 'dhcpd' | 'tftpd' | 'nginx' | 'named' | 'lweb' | 'ltorrent' | 'lfs_pxelinux'

interface Service {
  readonly role: Role
  /** Why this head does well without it; undefined where it is needed. */
  unneeded?(head: Head): Promise<string | undefined> | string | undefined
  /** What does not work without it. */
  readonly without: string
  /** Nodes can boot without it. */
  readonly optional?: true
}

const services: readonly Service[] = [
  { role: 'dhcpd', without: 'nodes get no address', unneeded: dhcpdUnneeded },
  { role: 'tftpd', without: 'nodes get no iPXE' },
  { role: 'nginx', without: 'nodes get no menu, kernel and image' },
  { role: 'lweb', without: 'nodes get no menu and no install script' },
  { role: 'ltorrent', without: 'images come by plain HTTP only', optional: true },
  { role: 'lfs_pxelinux', without: 'PXELINUX and petitboot get no menus', optional: true },
  {
    role: 'named',
    without: 'no name of the cluster is known',
    unneeded: ({ cluster }) =>
      existsSync(cluster.named_include_file ?? '') ? undefined : 'DNS is not made here',
  },
]

export const serviceChecks: readonly Check[] = services.map((service) => ({
  name: `service ${service.role}`,
  async run(head) {
    const unneeded = await service.unneeded?.(head)
    if (unneeded !== undefined) return fine(`not needed: ${unneeded}`)
    const unit = unitOf(service.role, head)
    // EL starts its TFTP server when somebody asks.
    const units = service.role === 'tftpd' ? [unit, `${unit}.socket`] : [unit]
    const active = (await Promise.all(units.map(isActive))).some(Boolean)
    const enabled = (await Promise.all(units.map(isEnabled))).some(Boolean)
    const pair = headAddresses(head.cluster).length > 0
    return judgeService({ unit, active, enabled, pair, without: service.without }, service.optional ?? false)
  },
}))

function unitOf(role: Role, { config: { services } }: Head): string {
  return role === 'dhcpd' || role === 'tftpd' || role === 'nginx' || role === 'named' ? services[role] : role
}

async function dhcpdUnneeded({ cluster, active, config }: Head): Promise<string | undefined> {
  if (cluster.dhcp_net === null) return 'the cluster has no DHCP range'
  if (active || (await isPaired(config))) return undefined
  return 'only the active head answers'
}

/** In a `pair` of heads something else than systemd may start services. */
export function judgeService(
  seen: {
    readonly unit: string
    readonly active: boolean
    readonly enabled: boolean
    readonly pair: boolean
    readonly without: string
  },
  optional: boolean,
): Verdict {
  const { unit, active, enabled, pair, without } = seen
  const [enable, start] = [`systemctl enable ${unit}`, `systemctl start ${unit}`]
  // Of a unit that comes from an init script, as dhcpd of Debian does, "enable --now" starts nothing.
  const both = enabled || pair ? start : `${enable}; ${start}`
  if (!active) return (optional ? warning : wrong)(`${unit} is not active: ${without}`, both)
  if (enabled) return fine(`${unit} is active and enabled`)
  if (pair) return fine(`${unit} is active; that it starts is left to others than systemd`)
  return warning(`${unit} is active, but does not start with the machine`, enable)
}
