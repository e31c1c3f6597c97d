// How each step of luna setup is done.
import { constants } from 'node:fs'
import { chown, copyFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../../config.ts'
import { applyFiles, previewFiles } from '../../host/apply-files.ts'
import { getUser } from '../../host/daemon/daemon.ts'
import { giveDatabase } from '../../host/database-file.ts'
import { isMissing, makeDirectory } from '../../host/file.ts'
import { patiently, run } from '../../host/run.ts'
import { checkWhole } from '../../host/service/nginx.ts'
import { bringUp, isActive } from '../../host/service/service.ts'
import type { Store } from '../../store/store.ts'
import { changeCluster, initCluster } from '../change/cluster.ts'
import { addNetwork } from '../change/network.ts'
import { makeDhcp } from '../generate/dhcp.ts'
import { isPaired } from '../generate/dhcp-files.ts'
import { makeDns } from '../generate/dns.ts'
import type { Generated } from '../generate/generate.ts'
import { makeNginx } from '../generate/nginx.ts'
import { makeTftp } from '../generate/tftp.ts'
import type { Outcome } from '../outcome.ts'
import { before, type Edit, type Step } from './step.ts'

/** What steps are done with. */
export interface Hands {
  readonly config: Config
  /** The store of the cluster; opened, and made, when the first step needs it. */
  store(): Promise<Store>
  /** Where the daemons log without systemd. */
  readonly logDir: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** What came of a step, as the make commands tell it. */
export type Done = Partial<Generated>

/** Does a step; with `dryRun` it is only done to the store, which is a copy then. */
export async function doStep(step: Step, hands: Hands): Promise<Done> {
  switch (step.do) {
    case 'init':
      return await init(step.wish, hands)
    case 'change':
      return await changeCluster(await hands.store(), step.wish)
    case 'network':
      return await addNetwork(await hands.store(), step.wish)
    case 'edit':
      return await edit(step, hands)
    case 'makenginx':
    case 'maketftp':
    case 'makedhcp':
    case 'makedns':
      return await make(step, hands)
    default:
      return hands.dryRun ? {} : await touch(step, hands.signal)
  }
}

type Init = Extract<Step, { do: 'init' }>

async function init(wish: Init['wish'], { store, dryRun, logDir }: Hands): Promise<Outcome | Done> {
  const opened = await store()
  if (!dryRun) return await initCluster(opened, { ...wish, logDir })
  // User and directory are not there yet.
  const { database: _, ...fields } = wish
  await opened.insert('cluster', { name: 'general', ...fields })
  return {}
}

async function edit({ file, groupOf, unit, ofNginx }: Edit, { dryRun, config }: Hands): Promise<Done> {
  if (dryRun) return { diff: [...(await previewFiles([file])).values()].join('') }
  const owner = groupOf === undefined ? {} : { owner: { uid: 0, gid: (await getUser(groupOf)).gid } }
  const check = async (draftOf: (path: string) => string) => {
    if (ofNginx) await checkWhole(draftOf(file.path))
  }
  const activate = async () => {
    const { nginx } = config.services
    if (ofNginx && (await isActive(nginx))) await bringUp('reload', nginx)
    if (unit === undefined) return
    await run('systemctl', ['daemon-reload'], patiently)
    if (await isActive(unit)) await bringUp('restart', unit)
  }
  await makeDirectory(dirname(file.path))
  await applyFiles([{ ...file, ...owner }], { check, activate })
  return {}
}

type Make = Extract<Step, { do: `make${string}` }>

async function make(step: Make, { config, store, dryRun }: Hands): Promise<Generated> {
  const opened = await store()
  switch (step.do) {
    case 'makenginx':
      return await makeNginx(opened, config, { dryRun })
    case 'maketftp':
      return await makeTftp(opened, config, { tftpRoot: step.tftpRoot, dryRun })
    case 'makedhcp':
      return await makeDhcp(opened, config, { ...step.range, nativeHa: await isPaired(config), dryRun })
    case 'makedns':
      return await makeDns(opened, config, {
        ...(step.configuration && { configuration: step.configuration }),
        dryRun,
      })
    default:
      return step satisfies never
  }
}

type Touch = Exclude<Step, Init | Edit | Make | { do: 'change' | 'network' }>

/** Steps that only touch this machine. */
async function touch(step: Touch, signal: AbortSignal): Promise<Done> {
  switch (step.do) {
    case 'user':
      await run('useradd', [...accountOptions, '--home-dir', step.home, step.user], patiently)
      return {}
    case 'directory':
      return await ownDirectory(step.path, step.user)
    case 'database': {
      const lacking = await giveDatabase(step.path, step.user, await getUser(step.user))
      return { warnings: lacking === undefined ? [] : [lacking] }
    }
    case 'keep':
      return await keep(step.path)
    case 'enable':
      await run('systemctl', ['enable', ...(step.start ? ['--now'] : []), step.unit], patiently)
      return {}
    case 'run': {
      const [program, ...args] = step.line
      await run(program, args, { ...patiently, signal })
      return {}
    }
    default:
      return step satisfies never
  }
}

const accountOptions = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']

async function ownDirectory(path: string, user: string): Promise<Done> {
  const owner = await getUser(user)
  await makeDirectory(path, owner)
  await chown(path, owner.uid, owner.gid)
  return {}
}

/** A copy that is there already is the older one, and stays. */
async function keep(path: string): Promise<Done> {
  await copyFile(path, `${path}${before}`, constants.COPYFILE_EXCL).catch((cause: unknown) => {
    const there = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    if (!there && !isMissing(cause)) throw cause
  })
  return {}
}
