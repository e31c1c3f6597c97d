// luna osimage pack, grab and sync: what takes long, and shows how far it is.
import { basename } from 'node:path'
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import { command } from '../command.ts'
import { mebibytes, seconds, withProgress } from '../progress.ts'
import { reportOutcome, tellSynced } from '../rows.ts'

const half = { exclusive: 'half' } as const

export const pack = command({
  action: 'pack',
  help: 'Pack an image: tarball and torrent, kernel and initramfs. Nodes get all of it at once, when it is done.',
  operand: 'name',
  options: {
    image: option('flag', 'only the tarball and its torrent', { short: 'i', ...half }),
    boot: option('flag', 'only kernel and initramfs', { short: 'b', ...half }),
    copy_boot: option('flag', 'take the initramfs that the image has, instead of making one', { short: 'c' }),
  },
  examples: [
    ['luna osimage pack compute', 'after anything in the image has changed'],
    ['luna osimage pack compute -b', 'after kernel, drivers or dracut modules have changed'],
  ],
  async run(context, given, name) {
    const { packOsimage } = await import('../../task/image/pack.ts')
    const what = given.image ? 'tree' : given.boot ? 'boot' : 'all'
    const wish = { name, what, copyBoot: given.copy_boot } as const
    const since = performance.now()
    const store = await context.store()
    const packed = await withProgress(context, (progress) =>
      packOsimage(store, wish, { progress, signal: context.signal }),
    )
    const sizes = packed.files.map(({ path, size }) => `${basename(path)} ${mebibytes(size)}`)
    context.log.info(`packed ${name} in ${seconds(performance.now() - since)}: ${sizes.join(', ')}`)
    for (const file of packed.excluded) context.log.info('not in the tarball', { file })
    reportOutcome(context, packed)
    // A seeder that could not be told is exit status 1 for --boot, as scripts of the first Luna know it.
    for (const why of packed.untold) {
      if (given.boot) context.report(new LunaError('failed', why, { fix: 'see ltorrent(1)' }))
      else context.log.warning(why)
    }
  },
})

export const grab = command({
  action: 'grab',
  help: 'Make the tree of an image equal to a running node, over ssh. What the exclude list names stays as it is.',
  operand: 'name',
  options: {
    host: option('text', 'the node, by host name or address', { short: 'H', required: true }),
    dry_run: option('flag', 'show what would change, and change nothing', { short: 'd' }),
    verbose: option('flag', 'show every file', { short: 'v' }),
    'accept-new-host-key': option('flag', 'trust a node that was never met before'),
  },
  examples: [['luna osimage grab compute -H node001 -d', 'what differs between node001 and the image']],
  async run(context, { host, dry_run: dryRun, verbose, 'accept-new-host-key': acceptNewHostKey }, name) {
    const { grabOsimage } = await import('../../task/image/grab.ts')
    const onLine = (line: string) => context.print(`${line}\n`)
    const means = { onLine, signal: context.signal }
    const wish = { name, host, dryRun, verbose, acceptNewHostKey }
    const grabbed = (await grabOsimage(await context.store(), wish, means)).join(',')
    context.log.info(
      dryRun
        ? `would grab ${grabbed} of ${host} into osimage ${name}`
        : `grabbed ${grabbed} of ${host} into osimage ${name}; due: luna osimage pack ${name}`,
    )
  },
})

export const sync = command({
  action: 'sync',
  help: 'Copy the tree of an image to the other heads.',
  operand: 'name',
  examples: [['luna osimage sync compute', 'nothing to do where there is one head']],
  async run(context, _given, name) {
    const { syncOsimage } = await import('../../task/image/grab.ts')
    const means = { onLine: (line: string) => context.log.info(line), signal: context.signal }
    tellSynced(context, await syncOsimage(await context.store(), name, means))
  },
})
