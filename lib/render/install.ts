// The install script of a node: conf-templates/install.sh.mustache with the values of the node, around the
// shell functions of conf-templates/install/, which are the same for all.
import { LunaError } from '../error.ts'
import { scriptNameRule } from '../object/name.ts'
import { netmask } from '../object/net/address.ts'
import { endMarker, quoteForShell } from './escape-shell.ts'
import { loadTemplate, renderTemplate, type View } from './template.ts'

/** All that the install script of one node says; the values are plain text, escaped here. */
export interface InstallView {
  /** Name of the node, as in `step=install&node=`. */
  readonly node: string
  /** NAME or NAME.DOMAIN. */
  readonly hostname: string
  /** The domain alone, '' for none: for templates of a site. */
  readonly domain: string
  /** `PROTO://IP:PORT`, without a path. */
  readonly url: string
  readonly prescript: string | null
  readonly partscript: string | null
  readonly postscript: string | null
  /** Base names of the files in torrents/, without .torrent and .tgz; '' while there are none. */
  readonly torrent: string
  readonly tarball: string
  /** SHA-256 of the tarball, 64 hexadecimal digits; '' where it is not known. */
  readonly tarballSum: string
  /** Address that the torrent client binds to, '' for any. */
  readonly torrentBind: string
  /** null: the BMC is left alone. */
  readonly bmc: InstallBmc | null
  /** The interfaces of the node but BMC, in the order in which they are to be written. */
  readonly interfaces: readonly InstallInterface[]
}

export interface InstallBmc {
  readonly user: string
  /** null: the script asks for it, which only a template that `canAsk` does. */
  readonly password: string | null
  readonly userid: number
  readonly netchannel: number
  readonly mgmtchannel: number
  /** What the script tells when the BMC has taken all; '' or absent: nothing. */
  readonly print?: string
  /** The BMC has taken this user and password before. */
  readonly given?: boolean
  /** null: its address is left alone (no interface BMC, or none with IPv4). */
  readonly address: Placed | null
}

export interface InstallInterface {
  /** BOOTIF is the interface that the node was booted from, whatever it is called there. */
  readonly name: string
  readonly v4: Placed | null
  readonly v6: Placed | null
  /** The operator's own lines in the form of ifcfg files, '' for none. */
  readonly params: string
}

/** An address with the length of its prefix. */
export interface Placed {
  readonly address: string
  readonly prefix: number
}

/** The parts of the script that are the same for all nodes, in conf-templates/install/. */
const parts = [
  ...['steps', 'report', 'bmc', 'bmc-password', 'unpack', 'network', 'network/model', 'network/address'],
  ...['network/values', 'network/bond', 'network/relations', 'network/limits', 'network/report'],
  ...['network/ifcfg', 'network/ifupdown', 'network/ifupdown-link'],
  ...['network/keyfile', 'network/netplan', 'network/networkd'],
].map((part) => `install/${part}.sh`)

interface Shipped {
  readonly template: string
  readonly library: string
  /** The library in UTF-8. */
  readonly bytes: Buffer
}

let shipped: Shipped | undefined

// No text of an operator that comes into a script has a NUL.
const libraryMark = '\0library\0'

/**
 * The bash script that installs a node, in pieces of UTF-8: the functions are the same memory in all of them.
 * `template` replaces the one that Luna ships. Throws LunaError `invalid` where a name has a character that
 * cannot be in such a name.
 */
export function installPieces(view: InstallView, template?: string): readonly Buffer[] {
  const text = renderTemplate(template ?? ship().template, viewOf(view, libraryMark), quoteForShell)
  return text
    .split(libraryMark)
    .flatMap((part, at) => [...(at === 0 ? [] : [ship().bytes]), Buffer.from(part)])
}

/** The same as text. */
export function renderInstallScript(view: InstallView, template?: string): string {
  return Buffer.concat(installPieces(view, template)).toString()
}

/**
 * A bash script that says on standard output what an image cannot be told of interfaces, in the words that a
 * node has for it: its own functions, with `LUNA_IMAGE` the tree of the image, `LUNA_DIR/network/ifcfg-NAME`
 * the interfaces and `LUNA_ROOT` a folder to write to. Where nothing in the image configures a network it
 * says "none", then what has no effect whatever does.
 */
export function renderNetworkCheck(): string {
  const commands = [
    'set -eE -o pipefail',
    'luna=$LUNA_DIR root=$LUNA_ROOT',
    'post() { :; }',
    'if [ "$(network_way)" = none ]; then',
    '  echo none',
    '  network_way() { echo ifcfg; }',
    '  ifcfg_note() { :; }',
    'fi',
    'write_network "$luna/network"',
  ]
  return `${ship().library}\n${commands.join('\n')}\n`
}

/** The template of a site with that folder of templates, or the one that Luna ships. */
export function installTemplate(overrides?: string): string {
  return loadTemplate('install.sh.mustache', overrides)
}

/** Whether the script of that template asks for the password of the BMC where it does not hold it. */
export function canAsk(template: string = ship().template): boolean {
  return template.includes('{{^password}}')
}

/** The text of the ifcfg file of an interface: what Luna knows, then the operator's own lines. */
export function ifcfgText(wanted: InstallInterface): string {
  return [...ifcfgLines(wanted.name, wanted), wanted.params, ''].join('\n')
}

function ship(): Shipped {
  if (shipped) return shipped
  const library = parts.map((part) => loadTemplate(part)).join('\n')
  shipped = { template: installTemplate(), library, bytes: Buffer.from(library) }
  return shipped
}

function viewOf(view: InstallView, library: string): View {
  return {
    library,
    node: checkName('node', view.node),
    hostname: checkName('host', view.hostname),
    domain: view.domain,
    url: view.url,
    statusUrl: `${view.url}/luna?step=install&node=${encodeURIComponent(view.node)}&status=`,
    torrentFile: fileOf('torrent', view.torrent, '.torrent'),
    tarballFile: fileOf('tarball', view.tarball, '.tgz'),
    tarballSum: view.tarballSum,
    torrentBind: view.torrentBind,
    bmc: view.bmc && bmcView(view.bmc),
    scripts: [
      script('prescript', view.prescript),
      script('partscript', view.partscript),
      script('postscript', view.postscript),
    ],
    interfaces: view.interfaces.map(interfaceView),
  }
}

function bmcView({ address, print = '', given = false, ...bmc }: InstallBmc): View {
  return { ...bmc, print, given: given ? 'given' : '', address: address && withNetmask(address) }
}

function withNetmask({ address, prefix }: Placed): View {
  return { address, prefix, netmask: netmask(prefix) }
}

function fileOf(what: string, name: string, ending: string): string {
  return name === '' ? '' : checkName(what, name) + ending
}

function script(name: string, given: string | null): View {
  const text = bodyText(name, given ?? '')
  return { name, text, end: endMarker(name, text) }
}

function interfaceView(wanted: InstallInterface): View {
  const bootif = wanted.name === 'BOOTIF'
  // the name comes from the initramfs; the shell puts it in
  const name = bootif ? `\${LUNA_BOOTIF}` : checkName('interface', wanted.name)
  const params = bodyText(`interface ${wanted.name}`, wanted.params)
  const lines = ifcfgLines(name, wanted).map((line, index) => {
    const word = line.endsWith(name) && bootif ? `"${line}"` : quoteForShell(line)
    return `${word} ${index === 0 ? '>' : '>>'}"$luna/network/ifcfg-${name}"`
  })
  return {
    bootif,
    lines,
    params: params.trim() ? { file: name, text: params, end: endMarker('parameters', params) } : null,
  }
}

function ifcfgLines(name: string, { v4, v6 }: InstallInterface): string[] {
  return [
    `DEVICE=${name}`,
    `NAME=${name}`,
    ...(v4 ? [`IPADDR=${v4.address}`, `PREFIX=${v4.prefix}`, `NETMASK=${netmask(v4.prefix)}`] : []),
    ...(v6 ? ['IPV6INIT=yes', `IPV6ADDR=${v6.address}/${v6.prefix}`] : []),
  ]
}

function checkName(kind: string, name: string): string {
  const why = scriptNameRule.objection(name)
  if (why === undefined) return name
  throw new LunaError(
    'invalid',
    `${kind} name ${JSON.stringify(name)} cannot be put into an install script`,
    {
      why,
      fix: scriptNameRule.fix,
    },
  )
}

function bodyText(what: string, text: string): string {
  if (!text.includes('\0')) return text.replace(/\n$/, '')
  throw new LunaError('invalid', `the text of ${what} has a NUL in it`, { fix: 'write it anew' })
}
