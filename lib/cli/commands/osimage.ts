// luna osimage

import { option } from '../../program/option.ts'
import { type Command, type Context, command } from '../command.ts'
import { fieldOptions, onlyOption, textOption } from '../field-option.ts'
import { withProgress } from '../progress.ts'
import {
  deleteRow,
  jsonOption,
  listRow,
  printText,
  renameRow,
  reportOutcome,
  show,
  textFrom,
  withoutEmpty,
} from '../rows.ts'
import { grab, pack, sync } from './osimage-pack.ts'

const one = { exclusive: 'one' } as const

const showCommand = command({
  action: 'show',
  help: 'Show an image, or one thing of it.',
  operand: 'name',
  options: {
    raw: option('flag', 'the stored document as JSON', { short: 'R', ...one }),
    path: onlyOption('osimage', 'path', { short: 'p', ...one }),
    kernver: option('flag', 'all kernels in the image; <= marks the one in use', { short: 'k', ...one }),
    kernopts: onlyOption('osimage', 'kernopts', { short: 'o', ...one }),
    grab_exclude_list: onlyOption('osimage', 'grab_exclude_list', { short: 'e', ...one }),
    grab_filesystems: onlyOption('osimage', 'grab_filesystems', { short: 'f', ...one }),
    comment: option('flag', 'only the comment', { short: 'C', ...one }),
    json: jsonOption,
  },
  examples: [['luna osimage show compute -k', 'which kernels could be used']],
  async run(context, given, name) {
    if (given.kernver) return await printKernels(context, name)
    for (const field of ['path', 'kernopts', 'grab_exclude_list', 'grab_filesystems'] as const) {
      if (!given[field]) continue
      return printText(context, (await (await context.store()).getNamed('osimage', name))[field])
    }
    await show(context, 'osimage', given, [name])
  },
})

async function printKernels(context: Context, name: string): Promise<void> {
  const { kernelsOf } = await import('../../task/change/osimage.ts')
  for (const { version, chosen } of await kernelsOf(await context.store(), name)) {
    context.print(`${version}${chosen ? ' <=' : ''}\n`)
  }
}

const add = command({
  action: 'add',
  help: 'Add the operating system in a directory as an image.',
  operand: 'none',
  options: fieldOptions('osimage', {
    name: { short: 'n', required: true },
    path: { short: 'p', refersTo: 'file', required: true },
    kernver: { short: 'k', value: 'VERSION', note: 'the first one in the image when not given' },
    kernopts: { short: 'o', value: 'ARGUMENTS' },
  }),
  examples: [["luna osimage add -n compute -p /opt/luna/os/compute -o 'console=ttyS0'", 'with its kernel']],
  changes: 'told',
  async run(context, given) {
    const { addOsimage } = await import('../../task/change/osimage.ts')
    const wish = { ...withoutEmpty(given), name: given.name, path: given.path }
    reportOutcome(context, await addOsimage(await context.store(), wish))
  },
})

const change = command({
  action: 'change',
  help: 'Change one thing of an image. What is packed already stays as it is until the next pack.',
  operand: 'name',
  options: {
    ...fieldOptions('osimage', {
      kernver: { short: 'k', value: 'VERSION', ...one },
      kernopts: { short: 'o', value: 'ARGUMENTS', ...one },
      dracutmodules: { short: 'd', value: 'A,B', ...one },
      kernmodules: { short: 'm', value: 'A,B', ...one },
      path: { short: 'p', refersTo: 'file', ...one },
    }),
    grab_exclude_list: textOption('osimage', 'grab_exclude_list', { short: 'e', ...one }),
    pack_exclude_list: textOption('osimage', 'pack_exclude_list', { ...one, newer: true }),
    ...fieldOptions('osimage', {
      grab_filesystems: { short: 'f', value: '/A,/B', ...one },
      compression: { ...one, newer: true },
    }),
    comment: textOption('osimage', 'comment', { short: 'C', ...one }),
  },
  examples: [['luna osimage change compute -o "console=ttyS0 quiet"', 'at the next boot of each node']],
  changes: 'asked',
  async run(context, { comment, grab_exclude_list, pack_exclude_list, ...settings }, name) {
    const store = await context.store()
    const { changeOsimage } = await import('../../task/change/osimage.ts')
    const texts = { comment, grab_exclude_list, pack_exclude_list }
    const text = (Object.keys(texts) as (keyof typeof texts)[]).find((each) => texts[each])
    const wish = text ? { [text]: await textFrom(context, 'osimage', name, text) } : withoutEmpty(settings)
    reportOutcome(context, await changeOsimage(store, name, wish))
  },
})

const clone = command({
  action: 'clone',
  help: 'Copy the tree and settings of an image.',
  operand: 'name',
  options: {
    to: option('text', 'name of the copy', { short: 't', value: 'NAME', required: true }),
    path: option('text', 'where its tree goes; must not exist', {
      short: 'p',
      refersTo: 'file',
      required: true,
    }),
  },
  examples: [['luna osimage clone compute -t gpu -p /opt/luna/os/gpu', 'an image to try things with']],
  changes: 'told',
  exits: { taken: 1, invalid: 255 },
  async run(context, { to, path }, from) {
    const { cloneOsimage } = await import('../../task/image/clone.ts')
    const store = await context.store()
    await withProgress(context, (show) =>
      cloneOsimage(store, { from, to, path }, context.signal, (done, total) =>
        show({ phase: 'copy', done, total, unit: 'files' }),
      ),
    )
  },
})

export const osimage: readonly Command[] = [
  listRow('osimage', 'List all images.', [
    ['Name', 'name'],
    ['Path', 'path'],
    ['Kernel version', 'kernver'],
  ]),
  showCommand,
  add,
  change,
  pack,
  grab,
  sync,
  clone,
  renameRow('osimage'),
  deleteRow('osimage', 'name', async (context, name) => {
    const { deleteObject } = await import('../../task/change/object.ts')
    const store = await context.store()
    const { path } = await store.getNamed('osimage', name)
    const outcome = await deleteObject(store, 'osimage', name)
    if (path) context.log.info(`the tree of osimage ${name} stays in ${path}`)
    return outcome
  }),
]
