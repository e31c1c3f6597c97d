// A cluster with a node in every state that the page tells apart, and what is told of its head.
import type { Id } from '../../lib/object/field.ts'
import type { Mac } from '../../lib/object/net/mac.ts'
import type { Boot, BootStep } from '../../lib/object/record/boot.ts'
import type { Store } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import { addGroup, addNode, fillBoot } from '../scenario/boot.ts'

const minute = 60_000

/** Steps with how many seconds after the beginning they came. */
const whole: readonly (readonly [step: string, second: number])[] = [
  ['boot.request', 0],
  ['boot.kernel', 1],
  ['boot.initramfs', 2],
  ['install.request', 14],
  ['install.prescript', 15],
  ['install.partscript', 16],
  ['install.download', 19],
  ['install.unpack', 61],
  ['install.setnet', 78],
  ['install.postscript', 80],
  ['install.success', 83],
  ['up', 121],
]

function steps(until: string, began: number, slower = 0): BootStep[] {
  const at = whole.findIndex(([step]) => step === until)
  const told = whole.slice(0, at < 0 ? undefined : at + 1)
  // A slow unpacking makes all later.
  const late = (second: number) => (second > 61 ? 1000 * slower : 0)
  return told.map(([step, second]) => ({ step, time: began + 1000 * second + late(second) }))
}

interface Case {
  /** Minutes since the boot began. */
  readonly ago: number
  readonly until: string
  readonly more?: readonly BootStep[]
  readonly boot?: Partial<Boot>
}

/** What each of the nodes is, by the state that the page shows. */
export const cases: Readonly<Record<string, Case>> = {
  failed: {
    ago: 4,
    until: 'install.partscript',
    boot: {
      failure: {
        step: 'install.partscript',
        command: 'mkfs.ext4 -F /dev/sda1',
        status: 1,
        line: 'mkfs.ext4: /dev/sda1: No such file or directory',
      },
    },
  },
  stuck: { ago: 42, until: 'boot.initramfs' },
  booting: { ago: 0.1, until: 'boot.initramfs' },
  installing: { ago: 0.6, until: 'install.download' },
  starting: { ago: 2, until: 'install.success' },
  up: { ago: 60, until: 'up', boot: { upSeconds: 37.5 } },
  installed: { ago: 90, until: 'install.success' },
  local: { ago: 30, until: 'boot.request', boot: { way: 'localboot' } },
  service: { ago: 20, until: 'boot.initramfs', boot: { way: 'service' } },
}

/** Fills an empty store: nodes named by their states, `more` that are up, and what is told of the head. */
export async function fillPage(store: Store, now: number, more = 0): Promise<void> {
  const { compute } = await fillBoot(store)
  await packed(store)
  await store.insert('osimage', { name: 'gpu', path: '/opt/luna/os/gpu' })
  let number = 10
  for (const [name, one] of Object.entries(cases)) {
    const id = await addNode(store, name, compute, { BOOTIF: `10.30.1.${number}` }, mac(number))
    await keep(store, id, caseBoot(one, now, number))
    if (one.boot?.way) await store.update('node', id, { [one.boot.way]: true })
    number++
  }
  await store.keepReport((await store.getNamed('node', 'failed')).id, {
    step: 'install.partscript',
    time: now - 3 * minute,
    command: 'mkfs.ext4 -F /dev/sda1',
    status: 1,
    lines: [
      '+ mkfs.ext4 -F /dev/sda1',
      'mke2fs 1.47.0 (5-Feb-2023)',
      '<script>alert(1)</script>',
      String.raw`\x1b[31mno such file`,
    ],
  })
  await addNode(store, 'none', compute, {})
  await boots(store, compute, now, more)
  await tell(store, now)
  await downloads(store, 'installing.cluster', 0, 650_000_000, now)
}

async function packed(store: Store): Promise<void> {
  const { id } = await store.getNamed('osimage', 'compute')
  const files = {
    kernfile: 'compute-vmlinuz',
    initrdfile: 'compute-initrd',
    torrent: 'compute',
    tarball: 'compute',
  }
  await store.update('osimage', id, { ...files, kernver: '6.1.0-32-amd64' })
}

function caseBoot({ ago, until, boot }: Case, now: number, number: number): Boot {
  const began = now - ago * minute
  const failed = boot?.failure
    ? [{ step: boot.failure.step.replace('.', '.error.'), time: began + 18_000 }]
    : []
  const asker = { address: `10.30.1.${number}`, mac: mac(number) as Mac, by: 'mac' as const }
  const about = { asker, image: 'compute', kernel: 'compute-vmlinuz' }
  return { number: 3, began, steps: [...steps(until, began), ...failed], ...about, ...boot }
}

async function keep(store: Store, node: Id, boot: Boot): Promise<void> {
  const last = boot.steps.at(-1)
  if (last) await store.setStatus(node, { step: last.step, time: new Date(last.time) })
  const former = [1, 2].map((number) => {
    const began = boot.began - (4 - number) * 86_400_000
    const slower = number === 2 ? 70 : 0
    return { node, past: true, boot: { number, began, steps: steps('up', began, slower), image: 'compute' } }
  })
  await store.keepBoots([...former, { node, past: false, boot }])
}

/** Many that are up, so that the group has medians and the field rows. */
async function boots(store: Store, group: Id, now: number, count: number): Promise<void> {
  for (let at = 1; at <= count; at++) {
    const id = await addNode(store, `rack${String(at).padStart(4, '0')}`, group, {})
    const began = now - 90 * minute - at * 100
    const boot = { number: 1, began, steps: steps('up', began), image: 'compute' }
    await store.keepBoots([{ node: id, past: false, boot }])
  }
}

/** The same while most of a cluster boots: `count` nodes of one group, and some of another one. */
export async function fillBusy(store: Store, now: number, count: number): Promise<void> {
  const { compute, cluster, ipmi } = await fillBoot(store)
  await packed(store)
  const gpu = await addGroup(store, 'gpu', { BOOTIF: { 4: cluster }, BMC: { 4: ipmi } }, cluster)
  await tell(store, now)
  for (let at = 1; at <= count; at++) {
    const [group, name] =
      at % 5 === 0 ? [gpu, `gpu${three(at / 5)}`] : [compute, `cn${three(at - Math.floor(at / 5))}`]
    const id = await addNode(
      store,
      name,
      group,
      { BOOTIF: `10.30.${2 + (at >> 8)}.${at & 255}` },
      mac(1000 + at),
    )
    // The earlier ones of a rack are further.
    const seconds = at % 97 === 0 ? 900 : 130 - (at % 48) * 2.6 - (at % 7)
    const until = whole.findLast(([, second]) => second <= seconds)?.[0] ?? 'boot.request'
    const began = now - 1000 * Math.max(seconds, 1)
    const failed = at % 61 === 0
    const step = failed ? 'install.error.partscript' : at % 97 === 0 ? 'boot.initramfs' : until
    const told = steps(failed ? 'install.partscript' : step, began)
    const last = failed ? [...told, { step, time: began + 18_000 }] : told
    const failure = failed
      ? { failure: { step: 'install.partscript', line: 'mkfs.ext4: /dev/sda1: No such file or directory' } }
      : {}
    if (at % 89 === 0) continue
    await store.setStatus(id, { step, time: new Date(last.at(-1)?.time ?? began) })
    await store.keepBoots([
      { node: id, past: false, boot: { number: 1, began, steps: last, image: 'compute', ...failure } },
    ])
    const done = Math.round(((seconds - 19) / 42) * 1_000_000_000)
    if (step === 'install.download') await downloads(store, `${name}.cluster`, at, done, now)
  }
}

function three(number: number): string {
  return String(number).padStart(3, '0')
}

async function downloads(
  store: Store,
  host: string,
  at: number,
  downloaded: number,
  now: number,
): Promise<void> {
  await store.announce({
    ...{ infoHash: 'a'.repeat(40), ip: `10.30.${2 + (at >> 8)}.${at & 255}`, port: 7052, status: 'started' },
    peerId: Buffer.from(host.padStart(20)).toString('hex'),
    ...{ uploaded: 0, downloaded, left: 1_000_000_000 - downloaded, updated: new Date(now) },
  })
}

async function tell(store: Store, now: number): Promise<void> {
  const findings = [
    { check: 'store', state: 'fine', seen: 'embedded store answers', fix: null },
    {
      check: 'dhcpd.conf',
      state: 'wrong',
      seen: 'not what the database says: /etc/dhcp/dhcpd.conf',
      fix: 'luna cluster make',
    },
    {
      check: 'clock',
      state: 'warning',
      seen: 'nobody keeps the time of this head',
      fix: 'apt-get install chrony',
    },
  ]
  await store.keepHeadReport({ topic: 'doctor', head: 'head1', time: now - 2 * minute, told: findings })
  const figures = { images: 1, peers: 3, uploaded: 123_456_789 }
  await store.keepHeadReport({ topic: 'seeder', head: 'head1', time: now - 3000, told: figures })
  const stranger = {
    mac: mac(0x99),
    address: '10.30.200.7',
    first: now - 5 * minute,
    last: now - 4000,
    times: 31,
  }
  await store.keepHeadReport({ topic: 'unknown', head: 'head1', time: now, told: [stranger] })
}
