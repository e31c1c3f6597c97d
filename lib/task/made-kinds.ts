// The kinds of generated files: which were ever made, and how each is made again.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Cluster } from '../object/cluster.ts'
import { bootFiles } from '../render/tftp.ts'
import type { Store } from '../store/store.ts'
import { makeDhcp } from './generate/dhcp.ts'
import { isPaired } from './generate/dhcp-files.ts'
import { makeDns } from './generate/dns.ts'
import type { Generated } from './generate/generate.ts'
import { makeNginx } from './generate/nginx.ts'
import { makeTftp } from './generate/tftp.ts'

type Host = Pick<Config, 'paths' | 'services'>

/** Files that are made together. */
export interface MadeKind {
  readonly name: 'dhcp' | 'dns' | 'nginx' | 'tftp'
  /** The command that makes them the first time. */
  readonly first: string
  /** True when they were made before; what a site does not use is never due. */
  wasMade(cluster: Cluster, host: Host): boolean
  make(store: Store, host: Host, dryRun: boolean): Promise<Generated>
}

/** All kinds, in the order in which a node needs them. */
export const madeKinds: readonly MadeKind[] = [
  {
    name: 'dhcp',
    first: 'luna cluster makedhcp -N NETWORK -s FIRST -e LAST',
    wasMade: ({ dhcp_net }) => dhcp_net !== null,
    // A pair stays a pair.
    make: async (store, host, dryRun) =>
      await makeDhcp(store, host, { nativeHa: await isPaired(host), dryRun }),
  },
  {
    name: 'tftp',
    first: 'luna cluster maketftp',
    wasMade: (_cluster, { paths }) => bootFiles.some(({ name }) => existsSync(join(paths.tftp_root, name))),
    make: (store, host, dryRun) => makeTftp(store, host, { dryRun }),
  },
  {
    name: 'nginx',
    first: 'luna cluster makenginx',
    wasMade: (_cluster, { paths }) => existsSync(join(paths.nginx_conf_d, 'luna.conf')),
    make: (store, host, dryRun) => makeNginx(store, host, { dryRun }),
  },
  {
    name: 'dns',
    first: 'luna cluster makedns',
    wasMade: ({ named_include_file: list }) => Boolean(list) && existsSync(list ?? ''),
    make: (store, host, dryRun) => makeDns(store, host, { dryRun }),
  },
]
