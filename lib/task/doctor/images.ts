// Whether the packed files of images are there, and whole.
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readTorrents } from '../../host/image/torrents.ts'
import { packedFiles, unpackedImages } from '../image/packed.ts'
import { exposure } from '../image/tree.ts'
import { type Check, fine, firstOf, type Verdict, warning, wrong } from './check.ts'

export const imageCheck: Check = {
  name: 'images',
  async run({ paths: { root, torrents }, all }) {
    const { skipped } = await readTorrents(torrents)
    const broken = all.osimage.flatMap((image) => {
      const missing = packedFiles(image).filter((file) => !existsSync(join(root, file)))
      const why = skipped.get(`${image.torrent}.torrent`)
      const what = missing.length > 0 ? `${missing.join(', ')} not in ${root}` : why
      return what === undefined ? [] : [{ name: image.name, what }]
    })
    const closed = await closedOf(root, all.osimage.flatMap(packedFiles))
    const exposed = await Promise.all(
      all.osimage.map(({ name, path }) =>
        path ? exposure({ path }, name, root).catch(() => undefined) : undefined,
      ),
    )
    return judgeImages(
      all.osimage.length,
      broken,
      unpackedImages(all),
      exposed.filter((each) => each !== undefined),
      closed,
    )
  },
}

/** Of these files below `root`, and of the directories that they are in, those that nginx may not read. */
async function closedOf(root: string, files: readonly string[]): Promise<string[]> {
  const paths = new Set([root, ...files.flatMap((file) => [dirname(join(root, file)), join(root, file)])])
  const shut = await Promise.all(
    [...paths].map(async (path) => {
      const there = await stat(path).catch(() => undefined)
      const wanted = there?.isDirectory() ? 0o005 : 0o004
      return there && (there.mode & wanted) !== wanted ? [path] : []
    }),
  )
  return shut.flat()
}

/**
 * `broken` are images whose files are not there or not whole, `unpacked` those that nodes wait for, `exposed`
 * trees that others than root get into, `closed` paths that nginx may not read.
 */
export function judgeImages(
  count: number,
  broken: readonly { readonly name: string; readonly what: string }[],
  unpacked: readonly { readonly name: string }[],
  exposed: readonly { readonly what: string; readonly fix: string }[] = [],
  closed: readonly string[] = [],
): Verdict {
  const [first] = broken
  if (first)
    return wrong(
      firstOf(broken.map(({ name, what }) => `${name}: ${what}`)),
      `luna osimage pack ${first.name}`,
    )
  if (closed.length > 0)
    return wrong(`nginx may not read ${firstOf(closed)}`, `chmod a+rX ${closed.join(' ')}`)
  const [waiting] = unpacked
  if (waiting)
    return warning(
      firstOf(unpacked.map(({ name }) => `${name} is not packed: its nodes cannot be installed`)),
      `luna osimage pack ${waiting.name}`,
    )
  const [open] = exposed
  if (open) return warning(firstOf(exposed.map(({ what }) => what)), open.fix)
  return fine(`${count} image${count === 1 ? '' : 's'}: what is packed is there and whole`)
}
