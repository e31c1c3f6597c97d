// The phases of a boot, and the words on a node's console with which each begins.

export const phases = [
  'firmware',
  'pxe',
  'ipxe',
  'menu',
  'loading',
  'kernel',
  'initramfs',
  'install',
  'download',
  'unpack',
  'finish',
  'system',
  'up',
] as const

export type Phase = (typeof phases)[number]

export const meaning: Readonly<Record<Phase, string>> = {
  firmware: 'power on, own tests of the firmware',
  pxe: 'DHCP as a PXE client, iPXE by TFTP',
  ipxe: 'iPXE starts, DHCP as iPXE',
  menu: 'boot menu, discovery',
  loading: 'kernel and initramfs by HTTP',
  kernel: 'kernel starts, initramfs is unpacked',
  initramfs: 'network card, address, install script',
  install: 'pre-script, BMC, partitions',
  download: 'tarball of the image by BitTorrent',
  unpack: 'tarball unpacked',
  finish: 'host name, network files, post-script',
  system: 'the installed system starts',
  up: 'login prompt',
}

/**
 * Whose time a phase is. Fetching kernel and initramfs counts as Luna's, as she says what is in them; of the
 * initramfs only what comes after the kernel and systemd have brought it up.
 */
export const owner: Readonly<Record<Phase, 'firmware' | 'system' | 'Luna'>> = {
  firmware: 'firmware',
  pxe: 'firmware',
  ipxe: 'firmware',
  menu: 'Luna',
  loading: 'Luna',
  kernel: 'system',
  initramfs: 'Luna',
  install: 'Luna',
  download: 'Luna',
  unpack: 'Luna',
  finish: 'Luna',
  system: 'system',
  up: 'system',
}

const beginnings: readonly [RegExp, Phase][] = [
  [/Start PXE over IPv4|^iPXE> dhcp net0/, 'pxe'],
  [/^iPXE initialising devices/, 'ipxe'],
  [/\/boot\/\S*initramfs\S*.* ok$/, 'kernel'],
  [/^luna: initramfs started/, 'initramfs'],
  [/^luna: install script fetched/, 'install'],
  [/^luna: step install\.download/, 'download'],
  [/^luna: step install\.unpack/, 'unpack'],
  [/^luna: step install\.setnet/, 'finish'],
  [/^luna: installed, the system takes over/, 'system'],
  [/^\S+ login: *$/, 'up'],
]

// iPXE does not print what is asked for, but first comes the menu.
const answered = /:\d+\/luna\.\.\..* ok$/

/** The phase that begins with this line of the console of a machine in phase `now`, if one does. */
export function phaseOf(line: string, now: Phase | undefined): Phase | undefined {
  if (answered.test(line)) return now === 'menu' ? 'loading' : 'menu'
  return beginnings.find(([words]) => words.test(line))?.[1]
}

export interface Lap {
  phase: Phase
  /** Seconds since power on. */
  start: number
  seconds: number
}

/** When each phase of one boot began; a phase that a faster path leaves out is absent. */
export class Progress {
  readonly #began: { phase: Phase; at: number }[] = []

  /**
   * `at` in seconds since power on; going back to an earlier phase counts as well (a menu
   * that is shown again).
   */
  begin(phase: Phase, at: number): void {
    if (this.phase !== phase) this.#began.push({ phase, at })
  }

  get phase(): Phase | undefined {
    return this.#began.at(-1)?.phase
  }

  get since(): number {
    return this.#began.at(-1)?.at ?? 0
  }

  laps(now: number): Lap[] {
    return this.#began.map(({ phase, at }, index) => {
      const end = this.#began[index + 1]?.at ?? now
      return { phase, start: at, seconds: end - at }
    })
  }
}
