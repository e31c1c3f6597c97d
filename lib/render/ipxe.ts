// The boot menu and the boot scripts of nodes, for iPXE and for what reads SYSLINUX menus.
import { LunaError } from '../error.ts'
import { isPlainName, kernelArguments, oneLine, plainName, urlSegment } from './escape-ipxe.ts'
import { loadTemplate, renderTemplate } from './template.ts'

/** Which program reads the boot script. */
export const bootTypes = ['ipxe', 'syslinux'] as const
export type BootType = (typeof bootTypes)[number]

export interface MenuView {
  /** `PROTO://IP:PORT` of the frontend. */
  readonly url: string
  /**
   * Names of all nodes, in the order of the list. Those that a script cannot hold are left out: see
   * `unlistable`.
   */
  readonly nodes: readonly string[]
}

export interface BootView {
  /** `PROTO://IP:PORT` of the frontend. */
  readonly url: string
  readonly node: string
  /** NAME[.DOMAIN] */
  readonly hostname: string
  readonly localboot: boolean
  readonly service: boolean
  /** Files of boot/; '' before the image was packed. */
  readonly kernel: string
  readonly initrd: string
  /** The operator's own kernel options. */
  readonly options: string
  /** How the initramfs gets its address: null asks DHCP. */
  readonly fixed: { readonly mac: string; readonly address: string; readonly prefix: number } | null
  /** What an armed node asks for its script with; '' for none. */
  readonly token: string
}

/**
 * The pieces of a menu (UTF-8) for that many milliseconds which it waits after a failure. All but the time
 * are the same memory each time: of ten thousand nodes they are long, and many machines ask at once.
 */
export type MenuText = (retry: number) => readonly Buffer[]

// No name and no URL has braces.
const retryMark = '{retry}'

/**
 * The menu (iPXE). The time is different from one request to the next, as nodes must not ask in step; all
 * else is made once. `siteDir` may hold the site's own template. Throws LunaError `invalid` for an unusable
 * URL.
 */
export function renderMenu(menu: MenuView, siteDir?: string): MenuText {
  const view = {
    url: baseUrl(menu.url),
    nodes: menu.nodes.filter(isPlainName).map((name) => ({ name })),
    retry: retryMark,
  }
  const text = renderTemplate(menuTemplate(siteDir), view, oneLine)
  const [first, ...rest] = text.split(retryMark).map((part) => Buffer.from(part))
  return (retry) => [
    ...(first ? [first] : []),
    ...rest.flatMap((part) => [Buffer.from(String(Math.round(retry))), part]),
  ]
}

/** The template of the menu. */
export function menuTemplate(siteDir?: string): string {
  return loadTemplate('menu.ipxe.mustache', siteDir)
}

/** The names that the menu leaves out. */
export function unlistable(nodes: readonly string[]): string[] {
  return nodes.filter((name) => !isPlainName(name))
}

/**
 * What a node boots. Throws LunaError `invalid` when its names or options cannot stand in such a script, so
 * that nothing but the script's own commands can be in it.
 */
export function renderBoot(boot: BootView, type: BootType, siteDir?: string): string {
  const name = plainName('the node', boot.node)
  const file = (of: string) => `${baseUrl(boot.url)}/boot/${urlSegment(of)}`
  const packed = type === 'syslinux' || boot.kernel !== ''
  const view = {
    name,
    localboot: boot.localboot,
    kernel: !boot.localboot && packed && file(boot.kernel),
    initrd: !boot.localboot && packed && file(boot.initrd),
    args: boot.localboot ? '' : bootArguments(boot),
    missing: !boot.localboot && !packed && file('no-kernel-available'),
  }
  return renderTemplate(loadTemplate(`boot.${type}.mustache`, siteDir), view, oneLine)
}

/** The kernel command line that the initramfs reads (dracut/95luna), and the operator's options after it. */
function bootArguments(boot: BootView): string {
  const address = boot.fixed
    ? [
        'luna.bootproto=static',
        `luna.mac=${boot.fixed.mac}`,
        `luna.ip=${boot.fixed.address}/${boot.fixed.prefix}`,
      ]
    : ['luna.bootproto=dhcp']
  return [
    'root=luna',
    ...address,
    `luna.url=${baseUrl(boot.url)}/luna`,
    `luna.node=${plainName('the node', boot.node)}`,
    `luna.hostname=${plainName('the host', boot.hostname)}`,
    `luna.service=${boot.service ? 1 : 0}`,
    boot.token && `luna.token=${boot.token}`,
    kernelArguments(boot.options),
  ]
    .filter((word) => word !== '')
    .join(' ')
}

/** The frontend address is not validated when it is set: what is no URL is refused here. */
function baseUrl(url: string): string {
  if (/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5}$/i.test(url)) return url
  throw new LunaError('invalid', `nodes cannot reach the cluster at ${JSON.stringify(url.slice(0, 120))}`, {
    fix: 'luna cluster change --frontend_address ADDRESS',
  })
}
