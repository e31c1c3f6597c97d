// A kernel that was loaded, and of which nothing was heard since: it panicked, or has no driver of the card
// that it was loaded by. Pure.
import { type DriverOf, driverOf } from '../image/card-drivers.ts'
import { restart } from './fix.ts'
import { ago, type Link, type Sight } from './sight.ts'

/** `since` is when its initramfs was loaded, in milliseconds. */
export function stalledLink(sight: Sight, since: number): Link {
  const { boot, image, drivers, now } = sight
  const stands = `kernel loaded, nothing since ${ago(since, now)}`
  const link = { link: 'install script', state: 'missing', retry: restart(sight) } as const
  if (boot?.image !== undefined && boot.image !== image)
    return { ...link, seen: `${stands}, of ${boot.image}; it has ${image} now`, fix: 'have it boot that' }
  if (drivers && drivers.packed > since)
    return { ...link, seen: `${stands}; ${image} was packed anew meanwhile`, fix: 'have it boot that' }
  const driver = boot?.card && drivers && driverOf(drivers.drivers, boot.card)
  const { cause, fix } = driver ? known(driver, sight) : unknown(sight)
  return { ...link, seen: `${stands}: ${cause}`, fix }
}

interface Judged {
  readonly cause: string
  readonly fix: string
}

function known({ place, modules }: DriverOf, sight: Sight): Judged {
  const { image, boot } = sight
  const card = `driver for its network card (PCI ${boot?.card})`
  const pack = `luna osimage pack ${image} --boot${forAll(sight)}`
  if (place === 'image') {
    const change = `luna osimage change ${image} --kernmodules ${withModules(sight.kernmodules, modules)}`
    const cause = `the initramfs of ${image} has no ${card}, which is ${modules.join(' and ')}`
    return { cause, fix: `${change}; ${pack}` }
  }
  if (place === 'nowhere') {
    const fix = `put a driver or another kernel into it: lchroot ${image}; then: ${pack}`
    return { cause: `the kernel of ${image} has no ${card}`, fix }
  }
  const cause = `the initramfs has the ${card}, ${modules.join(' and ')}: the kernel has probably panicked or hangs`
  return { cause, fix: `look for "Kernel panic" on ${consoleOf(sight)}; ${afterPanic(sight)}` }
}

function unknown(sight: Sight): Judged {
  return { cause: 'it panics, or has no driver of the network card', fix: either(sight) }
}

/** With what the console says of each (dracut/95luna/luna-net.sh, luna-boot.sh). */
function either(sight: Sight): string {
  const image = sight.image ?? 'IMAGE'
  return [
    `look at ${consoleOf(sight)}`,
    'a panic ends with "Kernel panic - not syncing"',
    'without a driver "luna: waiting for the network interface" or "luna: initramfs started" is last',
    `for a driver: luna osimage change ${image} --kernmodules MODULES; luna osimage pack ${image} --boot`,
    `for a panic: ${afterPanic(sight)}`,
  ].join('; ')
}

function afterPanic({ image }: Sight): string {
  const name = image ?? 'IMAGE'
  const options = `change the kernel options: luna osimage change ${name} --kernopts OPTIONS`
  return `${options}; or put another kernel into the image; then: luna osimage pack ${name} --boot`
}

/** Its serial console by IPMI, which asks for the password (ipmitool(1)), else the screen. */
function consoleOf({ sol }: Sight): string {
  if (!sol) return 'its screen (it has no BMC that Luna could ask)'
  const user = /^[\w.@-]+$/.test(sol.user) ? sol.user : 'USER'
  return `its console: ipmitool -I lanplus -H ${sol.address} -U ${user} -a sol activate`
}

/** The list of the image with some more before it, as no value may begin with `-`, and none left out. */
function withModules(list: string | null, modules: readonly string[]): string {
  const names = (list ?? '').split(/[,\s]+/).filter((name) => /^[\w.-]+$/.test(name))
  const isLeftOut = (name: string) => modules.includes(name.slice(1).replaceAll('-', '_'))
  const kept = names.filter((name) => !(name.startsWith('-') && isLeftOut(name)))
  return [...modules, ...kept].join(',')
}

function forAll({ sharing }: Sight): string {
  return sharing > 1 ? `; all ${sharing} nodes with this image get it` : ''
}
