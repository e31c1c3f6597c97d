// The tree of an image as a tarball, and the torrent of that.
import { createHash, type Hash, randomUUID } from 'node:crypto'
import { open, readdir, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LunaError } from '../../error.ts'
import { makeTorrent } from '../../host/image/metainfo.ts'
import { sumFile, sumText } from '../../host/image/sum.ts'
import { type Compression, hasZstd, makeTarball, sizeOfTree } from '../../host/image/tarball.ts'
import { fileInTree } from '../../host/image/tree.ts'
import { makeDurable } from '../../host/publish.ts'
import { type Cluster, frontendUrl } from '../../object/cluster.ts'
import type { Drafts, PackJob } from './pack-job.ts'
import { excludedLines, secretsIn } from './secrets.ts'

/**
 * Makes both as drafts. Throws LunaError `invalid` without a frontend address, `failed`
 * when there is no room.
 */
export async function packTree(job: PackJob): Promise<Drafts> {
  if (!job.cluster.frontend_address) {
    throw new LunaError('invalid', 'the cluster has no frontend address', {
      why: 'the torrent says where its tracker is',
      fix: 'luna cluster change --frontend_address ADDRESS',
    })
  }
  if ((await readdir(job.tree.at)).length === 0) {
    throw new LunaError('invalid', `there is nothing in the tree of osimage "${job.image.name}"`, {
      why: `${job.tree.path} is empty`,
      fix: `install an operating system there, or: luna osimage change ${job.image.name} --path DIRECTORY`,
    })
  }
  const [tarball, torrent] = [randomUUID(), randomUUID()]
  const files = { tarball: `${tarball}.tgz`, torrent: `${torrent}.torrent` }
  const draft = { tarball: join(job.drafts, files.tarball), torrent: join(job.drafts, files.torrent) }
  const excluded = await writeTarball(job, draft.tarball)
  const sum = createHash('sha256')
  // The disk works while both hashes are made, of one reading.
  const [bytes] = await Promise.all([
    torrentOf(job, draft.tarball, files.tarball, torrent, sum),
    makeDurable(draft.tarball, job.owner),
  ])
  await writeFile(draft.torrent, bytes)
  await writeFile(sumFile(draft.tarball), sumText(sum, files.tarball))
  for (const file of [draft.torrent, sumFile(draft.tarball)]) await makeDurable(file, job.owner)
  const moves = [
    { draft: draft.tarball, target: join(job.folder, files.tarball) },
    { draft: draft.torrent, target: join(job.folder, files.torrent) },
    { draft: sumFile(draft.tarball), target: join(job.folder, sumFile(files.tarball)) },
  ]
  const warnings = await secretsIn(job.tree, job.image)
  return { change: { tarball, torrent }, moves, excluded, warnings }
}

async function writeTarball(job: PackJob, file: string): Promise<string[]> {
  const total = await sizeOfTree(job.tree.at, job.signal)
  await refuseWithoutRoom(job, total)
  const { excluded } = await makeTarball({
    root: job.tree.at,
    file,
    exclude: excludedLines(job.image.pack_exclude_list),
    shown: { root: job.tree.path, folder: job.shown },
    compress: await chooseCompression(job),
    ...(job.signal && { signal: job.signal }),
    onBytes: (bytes) => job.progress?.({ phase: 'tarball', done: Math.min(bytes, total), total }),
  })
  return excluded
}

/**
 * With `auto` zstd where nodes can surely read it: their initramfs is made now, from an image that has zstd,
 * or could read it the last time.
 */
async function chooseCompression(job: PackJob): Promise<Compression> {
  const asked = job.image.compression
  if (asked !== 'zstd' && asked !== 'auto') return 'gzip'
  const [here, there] = [await hasZstd(), (await fileInTree(job.tree.at, 'usr/bin/zstd')) !== undefined]
  if (asked === 'zstd' && !(here && there)) {
    throw new LunaError(
      'invalid',
      `the tarball of osimage "${job.image.name}" cannot be compressed with zstd`,
      {
        why: here ? 'the image has no zstd, which its initramfs needs' : 'zstd is not installed here',
        fix: `install it, or: luna osimage change ${job.image.name} --compression gzip`,
      },
    )
  }
  const readable = job.newInitramfs || (await isZstd(join(job.folder, `${job.image.tarball}.tgz`)))
  return here && there && (asked === 'zstd' || readable) ? 'zstd' : 'gzip'
}

// RFC 8878, section 3.1.1.
const zstdMagic = '28b52ffd'

async function isZstd(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return false
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead).toString('hex') === zstdMagic
  } finally {
    await handle.close()
  }
}

/**
 * Judges by the tarball before, else by the tree: at least a quarter of it is what remains after compression.
 */
async function refuseWithoutRoom(job: PackJob, treeSize: number): Promise<void> {
  const before = await stat(join(job.folder, `${job.image.tarball}.tgz`)).catch(() => undefined)
  const needed = before?.size ?? treeSize / 4
  const { bavail, bsize } = await statfs(job.folder)
  if (bavail * bsize >= needed) return
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`
  throw new LunaError('failed', `there is no room for the tarball in ${job.shown}`, {
    why: `it takes about ${mebibytes(needed)}, and ${mebibytes(bavail * bsize)} are free`,
    fix: 'make room there, or move the cluster path to a larger file system',
  })
}

async function torrentOf(
  job: PackJob,
  file: string,
  name: string,
  comment: string,
  sum: Hash,
): Promise<Uint8Array> {
  const { size } = await stat(file)
  return await makeTorrent({
    ...{ file, size, name, comment },
    announce: `${frontendUrl(job.cluster)}/announce`,
    webSeed: webSeed(job.cluster, name),
    onBytes: (done) => job.progress?.({ phase: 'torrent', done, total: size }),
    onRead: (bytes) => sum.update(bytes),
    ...(job.signal && { signal: job.signal }),
  })
}

/** Where nginx serves a tarball; for the web seed of its torrent (BEP 19). */
function webSeed(cluster: Cluster, name: string): string {
  return `${frontendUrl(cluster)}/torrents/${name}`
}
