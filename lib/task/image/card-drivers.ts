// Which network cards the initramfs of an image has drivers for. It is written down beside the initramfs when
// that is packed: then everybody who asks why a node stands still can be told, without root and at once.
import { readFile, stat } from 'node:fs/promises'
import { fileInTree } from '../../host/image/tree.ts'
import type { Card } from '../../object/net/card.ts'
import { moduleName } from './initramfs.ts'

/** A driver, and the cards that it is for. */
interface CardDriver {
  /** The modules that have to be there for it, that of the card first; and those of them that are not. */
  readonly needs: readonly string[]
  readonly lacks: readonly string[]
  /** `8086:100e`, or `8086:*` for all of a vendor. */
  readonly cards: readonly string[]
}

export interface CardDrivers {
  /** Whether all drivers are in it: an old kernel does not tell those that it has in itself. */
  readonly whole: boolean
  readonly drivers: readonly CardDriver[]
}

/** What a kernel and its modules are for, as depmod(8) and the kernel's makefiles write it down. */
export interface ModuleFiles {
  /** modules.alias, modules.dep, modules.builtin */
  readonly alias: string
  readonly dep: string
  readonly builtin: string
  /** modules.builtin.modinfo, since Linux 5.2. */
  readonly modinfo: string | undefined
}

/** Where it is written down. */
export function driversFile(initramfs: string): string {
  return `${initramfs}.drivers`
}

export function isDriversFile(path: string): boolean {
  return path.endsWith('.drivers')
}

/** Those of a kernel in a tree; undefined where the tree has no list of its modules. */
export async function readModules(root: string, version: string): Promise<ModuleFiles | undefined> {
  const read = async (name: string) => {
    const file = await fileInTree(root, `lib/modules/${version}/modules.${name}`)
    return file && (await readFile(file, 'utf8'))
  }
  const [alias, dep] = [await read('alias'), await read('dep')]
  if (alias === undefined || dep === undefined) return undefined
  return { alias, dep, builtin: (await read('builtin')) ?? '', modinfo: await read('builtin.modinfo') }
}

/** The drivers for network cards of a kernel, and what the initramfs with these files lacks of each. Pure. */
export function cardDrivers(
  { alias, dep, builtin, modinfo }: ModuleFiles,
  files: readonly string[],
): CardDrivers {
  const inKernel = builtin.split('\n')
  const inTree = [...dep.split('\n').map((line) => line.replace(/:.*/, '')), ...inKernel]
  const all = new Set(inTree.flatMap((path) => moduleName(path) ?? []))
  const ofCards = new Set(inTree.filter(isForCards).flatMap((path) => moduleName(path) ?? []))
  const there = new Set([...files, ...inKernel].flatMap((file) => moduleName(file) ?? []))
  const byModule = new Map<string, Set<string>>()
  for (const { module, card } of [...aliasesIn(alias), ...builtinAliases(modinfo ?? '')])
    if (ofCards.has(module)) byModule.set(module, (byModule.get(module) ?? new Set()).add(card))
  const rows = [...byModule].map(([module, cards]) => {
    const further = furtherModules[module] ?? []
    return { needs: [module, ...further.filter((name) => all.has(name))], cards: [...cards].sort() }
  })
  if (all.has('virtio_net')) rows.push(virtio)
  const drivers = rows.map((row) => ({ ...row, lacks: row.needs.filter((name) => !there.has(name)) }))
  return { whole: modinfo !== undefined || !inKernel.some(isForCards), drivers }
}

/** Cards of this bus have a bus of their own on top of it: virtio_pci takes them, whatever they are. */
const virtio = { needs: ['virtio_pci', 'virtio_net'], cards: ['1af4:1000', '1af4:1041'] }

/** What makes an interface of a card that another module drives. */
const furtherModules: Readonly<Record<string, readonly string[]>> = { mlx4_core: ['mlx4_en'] }

/** Drivers of the kernel for network cards, and all that makers of cards put beside them. */
function isForCards(path: string): boolean {
  return path.includes('/drivers/net/') || /^(?!kernel\/)./.test(path)
}

/**
 * Lines of modules.alias for cards: vendor and device with eight digits, then further ids, of which iPXE
 * tells none, and the class (02: network). `*` stands for any.
 */
function aliasesIn(text: string): { module: string; card: string }[] {
  const lines = text.matchAll(
    /^alias pci:v0{4}([0-9A-F]{4})d(?:0{4}([0-9A-F]{4})|\*)sv\S*bc(?:02|\*)sc\S* (\S+)$/gm,
  )
  return [...lines].map(([, vendor = '', device = '*', module = '']) => ({
    module: module.replaceAll('-', '_'),
    card: `${vendor}:${device}`.toLowerCase(),
  }))
}

/** The same of drivers in the kernel: `MODULE.alias=PATTERN`, with a NUL behind each. */
function builtinAliases(modinfo: string): { module: string; card: string }[] {
  const lines = modinfo.split('\0').map((line) => line.replace(/^([^.]+)\.alias=(.*)$/, 'alias $2 $1'))
  return aliasesIn(lines.join('\n'))
}

/** What is known of the driver for a card. */
export interface DriverOf {
  /** It is in the initramfs; in the image alone; in neither. */
  readonly place: 'initramfs' | 'image' | 'nowhere'
  /** Its modules that are there, or those that lack. */
  readonly modules: readonly string[]
}

/** Undefined where nobody can tell. Pure. */
export function driverOf({ whole, drivers }: CardDrivers, card: Card): DriverOf | undefined {
  const vendor = card.replace(/:.*/, ':*')
  const fit = drivers.filter(({ cards }) => cards.includes(card) || cards.includes(vendor))
  const ready = fit.find(({ lacks }) => lacks.length === 0)
  if (ready) return { place: 'initramfs', modules: ready.needs }
  const [first] = fit
  if (first) return { place: 'image', modules: first.lacks }
  return whole && drivers.length > 0 ? { place: 'nowhere', modules: [] } : undefined
}

/** What was written down when that initramfs was packed, and when, in milliseconds; undefined: nothing. */
export async function readDrivers(
  initramfs: string,
): Promise<{ readonly drivers: CardDrivers; readonly packed: number } | undefined> {
  try {
    const { mtimeMs } = await stat(driversFile(initramfs))
    const drivers: unknown = JSON.parse(await readFile(driversFile(initramfs), 'utf8'))
    return isCardDrivers(drivers) ? { drivers, packed: mtimeMs } : undefined
  } catch {
    return undefined
  }
}

function isCardDrivers(value: unknown): value is CardDrivers {
  const told = value as Partial<CardDrivers> | null
  return typeof told?.whole === 'boolean' && Array.isArray(told.drivers) && told.drivers.every(isCardDriver)
}

function isCardDriver(value: unknown): value is CardDriver {
  const told = value as Partial<CardDriver> | null
  const isModules = (list: unknown) =>
    Array.isArray(list) && list.every((name) => typeof name === 'string' && /^\w{1,64}$/.test(name))
  return isModules(told?.needs) && isModules(told?.lacks) && Array.isArray(told?.cards)
}
