// What luna setup works with: this machine and the cluster, as they are before anything is done.
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { type Config, namesStore } from '../../config.ts'
import { readText } from '../../host/file.ts'
import { type LocalAddress, localAddresses } from '../../host/interfaces.ts'
import { type DhcpdDefaults, findDhcpdDefaults } from '../../host/service/dhcpd.ts'
import { type Firewall, findFirewall } from '../../host/service/firewall.ts'
import { findNamed, type Named } from '../../host/service/named.ts'
import { nginxConfiguration } from '../../host/service/nginx.ts'
import { findSelinux, type Selinux } from '../../host/service/selinux.ts'
import { isActive, isEnabled, isInstalled } from '../../host/service/service.ts'
import { findServed } from '../../host/service/tftpd.ts'
import { findUser, type Owner } from '../../host/user.ts'
import { type Cluster, clusterFields } from '../../object/cluster.ts'
import type { Network } from '../../object/network.ts'
import type { Store } from '../../store/store.ts'

/** A file with its text and rights; the text is '' where there is none. */
export interface FoundFile {
  readonly path: string
  readonly text: string
  /** Undefined where there is no such file. */
  readonly rights: { readonly uid: number; readonly gid: number; readonly mode: number } | undefined
}

export interface UnitState {
  readonly installed: boolean
  readonly enabled: boolean
  readonly active: boolean
}

/** nginx as it is configured, and how much it has to do. */
export interface WebServer {
  /** nginx.conf. */
  readonly conf: FoundFile
  /** All files of its configuration. */
  readonly texts: readonly string[]
  readonly nodes: number
  readonly processors: number
}

export interface Found {
  readonly config: Config
  /** luna.conf. */
  readonly conf: FoundFile
  /** luna.conf says which store it is. */
  readonly stated: boolean
  /** The file of the embedded store that is used, or is to be; undefined with MongoDB. */
  readonly database: string | undefined
  readonly cluster: Cluster | undefined
  readonly networks: readonly Network[]
  readonly addresses: readonly LocalAddress[]
  /** The user of the cluster, or of the one that is to be. */
  readonly user: Owner | undefined
  /** Of the cluster's path, and of the directory of an embedded store: the owner; undefined where missing. */
  readonly owners: ReadonlyMap<string, number | undefined>
  readonly units: ReadonlyMap<string, UnitState>
  /** Drop-ins that Luna keeps for its own units, by their path. */
  readonly dropIns: ReadonlyMap<string, string>
  readonly dhcpdConf: FoundFile
  readonly dhcpdDefaults: DhcpdDefaults | undefined
  /** What tftpd serves; undefined where nothing says so. */
  readonly tftpRoot: string | undefined
  readonly named: Named | undefined
  readonly web: WebServer | undefined
  readonly firewall: Firewall | undefined
  readonly selinux: Selinux | undefined
}

const usualDatabase = '/var/lib/luna/luna.db'

/** The units of Luna. */
export const ownUnits = ['lweb', 'ltorrent', 'lfs_pxelinux'] as const

/** The drop-in of setup for a unit of Luna. */
export function dropInOf(unit: string): string {
  return `/etc/systemd/system/${unit}.service.d/luna-setup.conf`
}

/** Looks at all of it, and changes nothing; the store is undefined where there is none yet. */
export async function find(config: Config, store: Store | undefined): Promise<Found> {
  const [cluster] = (await store?.list('cluster')) ?? []
  const { dhcpd, nginx, named, tftpd } = config.services
  const { user, path } = { ...absent(), ...(cluster?.user && cluster) }
  const conf = await findFile(config.file)
  const stated = namesStore(conf.text, config.file)
  const database = 'embedded' in config.store ? config.store.embedded : stated ? undefined : usualDatabase
  const directories = [path ?? '', ...(database ? [dirname(database)] : [])]
  const paths = ownUnits.map(dropInOf)
  return {
    config,
    conf,
    stated,
    database,
    cluster,
    networks: (await store?.list('network')) ?? [],
    addresses: await localAddresses(),
    user: await findUser(user ?? ''),
    owners: new Map(await pairs(directories, ownerOf)),
    units: new Map(await pairs([...ownUnits, nginx, dhcpd, tftpd, named], stateOf)),
    dropIns: new Map(await pairs(paths, async (each) => (await readText(each)) ?? '')),
    dhcpdConf: await findFile(config.paths.dhcpd_conf),
    dhcpdDefaults: await findDhcpdDefaults(dhcpd),
    tftpRoot: (await findServed(tftpd))?.root,
    named: await findNamed(),
    web: await findWebServer(store),
    firewall: await findFirewall(),
    selinux: await findSelinux(),
  }
}

async function findWebServer(store: Store | undefined): Promise<WebServer | undefined> {
  const files = await nginxConfiguration()
  const [main] = files?.keys() ?? []
  if (!files || main === undefined) return undefined
  const nodes = (await store?.names('node'))?.length ?? 0
  return { conf: await findFile(main), texts: [...files.values()], nodes, processors: availableParallelism() }
}

/** True where a store is there to be asked: an embedded one is made by its first use. */
export async function hasStore(config: Config): Promise<boolean> {
  if ('embedded' in config.store) return existsSync(config.store.embedded)
  return namesStore((await readText(config.file)) ?? '', config.file)
}

function absent(): Pick<Cluster, 'user' | 'path'> {
  return { user: clusterFields.user.absent, path: clusterFields.path.absent }
}

async function pairs<T>(keys: readonly string[], value: (key: string) => Promise<T>) {
  return await Promise.all(keys.map(async (key) => [key, await value(key)] as const))
}

async function findFile(path: string): Promise<FoundFile> {
  const rights = await stat(path).catch(() => undefined)
  return { path, text: rights ? await readFile(path, 'utf8') : '', rights }
}

async function ownerOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.uid
}

async function stateOf(unit: string): Promise<UnitState> {
  const [installed, enabled, active] = await Promise.all([isInstalled(unit), isEnabled(unit), isActive(unit)])
  return { installed, enabled, active }
}
