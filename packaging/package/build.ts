// npm run package: makes dist/. The same source gives the same bytes, wherever and whenever it is built.
// usage: npm run package [-- NAME...] with names of packages, formats or architectures: only those
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { makeLimit } from '../../lib/task/limit.ts'
import { makeDeb, type Release } from './deb.ts'
import {
  type Architecture,
  architectures,
  type Format,
  formats,
  type Package,
  packages,
} from './description.ts'
import { compiled, makeCommon, makeFor, sourceTime } from './made.ts'
import { makeRpm } from './rpm.ts'
import { layOut, top } from './tree.ts'

interface Job {
  readonly of: Package
  readonly format: Format
  readonly architecture: Architecture | 'all'
}

async function main(words: readonly string[]): Promise<void> {
  const dist = process.env.LUNA_DIST ?? join(top, 'dist')
  const release = await readRelease()
  const jobs = jobsOf(words)
  await mkdir(dist, { recursive: true })
  const draft = await mkdtemp(join(dist, '.draft-'))
  try {
    const own = [...new Set(jobs.map((job) => job.architecture))].filter((each) => each !== 'all')
    await all([makeCommon(join(draft, 'all')), ...own.map((each) => makeFor(each, join(draft, each)))])
    // Nearly all of their time one compressor works on one processor.
    const limit = makeLimit(availableParallelism())
    for (const file of await all(jobs.map((job) => limit(() => make(job, release, draft, dist)))))
      console.log(file)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** What came of all; where one has failed, the others are at their end before that is thrown. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return await Promise.all(work)
}

async function readRelease(): Promise<Release> {
  const about = JSON.parse(await readFile(join(top, 'package.json'), 'utf8')) as Record<string, string>
  return { version: about.version ?? '', license: about.license ?? '', time: await sourceTime() }
}

function jobsOf(words: readonly string[]): Job[] {
  const all = packages.flatMap((of) =>
    formats.flatMap((format) =>
      (of.architecture === 'all' ? (['all'] as const) : (Object.keys(architectures) as Architecture[])).map(
        (architecture): Job => ({ of, format, architecture }),
      ),
    ),
  )
  const names = (job: Job): string[] => [job.of.name, job.format, job.architecture]
  const unknown = words.find((word) => !all.some((job) => names(job).includes(word)))
  if (unknown) throw new Error(`there is no package, format or architecture "${unknown}"`)
  return all.filter((job) => words.every((word) => names(job).includes(word)))
}

/** Makes one file of dist/ and gives its path. */
async function make(
  { of, format, architecture }: Job,
  release: Release,
  draft: string,
  dist: string,
): Promise<string> {
  const work = join(draft, `${of.name}-${format}-${architecture}`)
  const root = join(work, 'root')
  const own = new Set<string>(['node', 'node-license', ...Object.values(compiled)])
  const entries = await layOut(of, format, root, (name) =>
    join(draft, own.has(name) ? architecture : 'all', name),
  )
  const called =
    format === 'deb' ? architecture : architecture === 'all' ? 'noarch' : architectures[architecture].rpm
  const name =
    format === 'deb'
      ? `${of.name}_${release.version}_${called}.deb`
      : `${of.name}-${release.version}-1.${called}.rpm`
  const file = join(work, name)
  const packed = { root, entries, file, work }
  await (format === 'deb' ? makeDeb : makeRpm)(of, called, release, packed)
  await rename(file, join(dist, name))
  await rm(work, { recursive: true })
  return join(dist, basename(file))
}

await main(process.argv.slice(2))
