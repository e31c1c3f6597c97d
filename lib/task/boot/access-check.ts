// Who gets install scripts, and whether those that shall get them can.
import { join } from 'node:path'
import { readText } from '../../host/file.ts'
import { isInInitramfs } from '../../host/image/initramfs-text.ts'
import { isActive } from '../../host/service/service.ts'
import { type BootAccess, bootAccess } from '../../object/boot-access.ts'
import { paths } from '../../object/cluster.ts'
import { interfaceKey } from '../../object/group.ts'
import { compressHostlist } from '../../object/hostlist.ts'
import type { Inventory } from '../../object/net/address-use.ts'
import { type Check, fine, firstOf, type Head, type Verdict, warning } from '../doctor/check.ts'

export const bootAccessCheck: Check = {
  name: 'boot access',
  async run(head) {
    const level = bootAccess(head.cluster)
    const strict = level === 'root' || level === 'armed'
    const neighbours = await readText('/proc/sys/net/ipv4/neigh/default/gc_thresh3')
    return judgeAccess({
      level,
      nodes: head.all.node.length,
      neighbours: Number(neighbours ?? Number.POSITIVE_INFINITY),
      dhcp: dhcpNodes(head.all),
      former: strict ? await formerImages(head) : [],
      menus: level === 'armed' && (await isActive('lfs_pxelinux')),
    })
  },
}

/** The nodes that boot without an address of their own. */
export function dhcpNodes({ node, group }: Pick<Inventory, 'node' | 'group'>): string[] {
  const groups = new Map(group.map((one) => [one.id, one]))
  const has = ({ group: id, interfaces }: (typeof node)[number]) => {
    const own = id === null ? undefined : groups.get(id)
    const key = own && interfaceKey(own, 'BOOTIF')
    const addresses = key === undefined ? undefined : interfaces[key]
    return addresses !== undefined && (addresses[4] !== null || addresses[6] !== null)
  }
  return node.filter((one) => !has(one)).map(({ name }) => name)
}

/** Packed images whose initramfs does not ask as root does. */
async function formerImages({ cluster, all }: Head): Promise<string[]> {
  const former: string[] = []
  for (const { name, initrdfile } of all.osimage) {
    if (!initrdfile) continue
    const able = await isInInitramfs(join(paths(cluster).boot, initrdfile), '--local-port')
    if (able === false) former.push(name)
  }
  return former
}

/** `neighbours` is how many the kernel remembers; `menus`: PXELINUX and petitboot are served. */
export function judgeAccess(seen: {
  readonly level: BootAccess
  readonly nodes: number
  readonly neighbours: number
  readonly dhcp: readonly string[]
  readonly former: readonly string[]
  readonly menus: boolean
}): Verdict {
  const { level, nodes, neighbours, dhcp, former, menus } = seen
  if (level === 'open')
    return warning(
      'everybody in the network gets the install scripts of all nodes with the passwords of their BMCs, and can be any node',
      'luna cluster change --boot_access node; luna(8), SECURITY',
    )
  const [image] = former
  if (image !== undefined)
    return warning(
      firstOf(former.map((name) => `the initramfs of ${name} does not ask as root: its nodes get no script`)),
      `luna osimage pack ${image} --boot`,
    )
  if (menus)
    return warning(
      'machines that boot by PXELINUX or petitboot have no token, and are not installed',
      'luna cluster change --boot_access root',
    )
  if (nodes > neighbours)
    return warning(
      `the kernel of this head remembers ${neighbours} neighbours, and there are ${nodes} nodes, which it has to know to let them in`,
      `sysctl -w net.ipv4.neigh.default.gc_thresh3=${4 * nodes}, and the same in /etc/sysctl.d`,
    )
  const routed =
    dhcp.length === 0
      ? ''
      : `; ${compressHostlist(dhcp)} boot by DHCP, and are known on a link of this head only: beyond a router they need an address`
  return fine(`${level}${routed}`)
}
