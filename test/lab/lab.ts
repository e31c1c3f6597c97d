// The lab's door: `npm run lab` makes a cluster, boots its nodes over the network and shows how they come up.

import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { exitStatus, LunaError, sentence } from '../../lib/error.ts'
import { type Boot, boot } from './boot.ts'
import { setAccess } from './cluster.ts'
import { enter, insideWith } from './enter.ts'
import { type Firmware, firmwares } from './firmware.ts'
import { type DownloadClient, downloadClients } from './image.ts'
import { nodeMac } from './net.ts'
import { enterWithPackage, type Stage, withCheckout, withPackage } from './stages.ts'
import { renderSummary } from './summary.ts'
import { drawTimelines, timelineOf } from './timeline.ts'

const help = `usage: npm run lab -- [--nodes N] [--firmware ${firmwares.join('|')}]
                          [--head checkout|package] [--access LEVEL] [--client ${downloadClients.join('|')}]
                          [--keep] [--report DIR]

Boots virtual machines over a network of their own with everything that a real cluster has.
  --nodes N      how many machines (1)
  --firmware F   bios: iPXE in the card's ROM, the quickest (default); bios-pxe: a PXE client that gets iPXE by TFTP;
                 uefi: UEFI with its own PXE client
  --access L     boot_access of the cluster: open, node (default), root, armed
  --head H       checkout: this source tree and the daemons of this machine (default); package: a minimal Debian 12
                 with its own systemd, onto which the package is installed as luna-install(7) says
  --client C     what nodes download with: libtorrent (default); aria2, as where the image has no libtorrent; curl, as
                 where it has neither
  --keep         leave it running afterwards, until Ctrl-C
  --report DIR   write timeline.svg, a picture of the boots, and timeline.json, its figures, to DIR
`

const heads = ['checkout', 'package'] as const

interface Wish {
  nodes: number
  head: (typeof heads)[number]
  firmware: Firmware
  client: DownloadClient
  keep: boolean
  access?: string
  report?: string
}

async function main(args: string[]): Promise<number> {
  const wish = parseWish(args)
  if (!wish) {
    process.stdout.write(help)
    return 0
  }
  const command = [process.execPath, import.meta.filename, ...args]
  if (!insideWith()) return wish.head === 'package' ? enterWithPackage(command) : enter(command)
  const stop = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(130))
    process.once('SIGTERM', () => resolve(143))
  })
  return Promise.race([work(wish, stop), stop])
}

/** The command line as a wish; undefined when help is asked for. Throws LunaError `usage`. */
function parseWish(args: string[]): Wish | undefined {
  try {
    const { values } = parseArgs({ args, options })
    if (values.help) return undefined
    const nodes = Number(values.nodes)
    const firmware = firmwares.find((name) => name === values.firmware)
    const head = heads.find((name) => name === values.head)
    const client = downloadClients.find((name) => name === values.client)
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > 99)
      throw new Error('--nodes is a number from 1 to 99')
    if (!firmware) throw new Error(`--firmware is one of ${firmwares.join(', ')}`)
    if (!head) throw new Error(`--head is one of ${heads.join(', ')}`)
    if (!client) throw new Error(`--client is one of ${downloadClients.join(', ')}`)
    const { keep, access } = values
    const report = values.report && { report: resolve(values.report) }
    return { nodes, head, firmware, client, keep, ...(access && { access }), ...report }
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause)
    throw new LunaError('usage', what, { fix: 'npm run lab -- --help', cause })
  }
}

const options = {
  nodes: { type: 'string', default: '1' },
  firmware: { type: 'string', default: 'bios' },
  head: { type: 'string', default: 'checkout' },
  client: { type: 'string', default: 'libtorrent' },
  keep: { type: 'boolean', default: false },
  report: { type: 'string' },
  access: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

async function work(wish: Wish, stop: Promise<number>): Promise<number> {
  const say = (line: string) => console.log(line)
  const stage = await (wish.head === 'package' ? withPackage : withCheckout)(say, wish.client)
  if (wish.access) await setAccess(wish.access, stage.luna)
  const names = await stage.addNodes(wish.nodes)
  const endLive = showLive(stage)
  const boots = await bootAll(names, wish.firmware)
  const up = await Promise.allSettled(boots.map((each) => each.up))
  endLive()
  stage.up?.()
  const status = await report(stage, boots, up)
  if (wish.report) await writeReport(wish.report, boots)
  if (!wish.keep) {
    await Promise.all(boots.map((each) => each.vm.stop()))
    await stage.close()
    return status
  }
  console.log(stage.lookAround)
  return stop
}

/** On a terminal: what Luna says of her nodes, until the function that is given back is called. */
function showLive({ watch: [program = '', ...args] }: Stage): () => void {
  if (!process.stdout.isTTY) return () => {}
  const { pid } = spawn(program, args, { stdio: 'inherit', detached: true })
  return () => {
    if (pid !== undefined) process.kill(-pid, 'SIGINT')
  }
}

async function bootAll(names: readonly string[], firmware: Firmware): Promise<Boot[]> {
  const boots: Boot[] = []
  for (const [index, name] of names.entries()) {
    const spec = { name, mac: nodeMac(index + 1), firmware }
    boots.push(await boot(spec, { seen: tell }))
  }
  return boots
}

function tell(boot: Boot, phase: string): void {
  if (!process.stdout.isTTY)
    console.log(`${boot.seconds().toFixed(1).padStart(6)} s  ${boot.vm.spec.name}: ${phase}`)
}

/** Says how it went; gives the exit status. */
async function report(stage: Stage, boots: Boot[], up: PromiseSettledResult<void>[]): Promise<number> {
  console.log(`\n${renderSummary(boots)}\n`)
  let status = 0
  for (const [index, result] of up.entries()) {
    const name = boots[index]?.vm.spec.name ?? ''
    if (result.status === 'rejected') {
      status = 1
      console.error(`lab: ${name} did not come up: ${sentence(result.reason)}\n`)
    } else process.stdout.write((await stage.luna('node', 'show', name)).stdout)
  }
  if (status !== 0) console.error(await stage.lastWords())
  return status
}

/** The picture and the figures, for whoever owns the directory. */
async function writeReport(dir: string, boots: readonly Boot[]): Promise<void> {
  const timelines = boots.map(timelineOf)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'timeline.svg'), drawTimelines(timelines))
  await writeFile(join(dir, 'timeline.json'), `${JSON.stringify(timelines, null, 2)}\n`)
  console.log(`report: ${dir}/timeline.svg, ${dir}/timeline.json`)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`lab: ${sentence(error)}`)
  process.exitCode = error instanceof LunaError ? exitStatus[error.code] : 1
}
// daemons and machines that are still running are the kernel's to end, with the namespace
if (insideWith()) process.exit()
