// From the server to the files: a node that downloads a tarball and unpacks it, as the install script does,
// beside one that unpacks while it downloads.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loadTemplate } from '../../lib/render/template.ts'
import { nginxConfiguration, ports, temporary } from '../ha/serving.ts'
import { figure, type Place, ratio, type Table } from './bench.ts'
import { better, measure, never, shell, type Took } from './packing-measure.ts'

// In MB/s. Without a limit, it is seen what there is to win where the link is faster than everything else.
const rates = [String(Number(process.env.LUNA_BENCH_MBIT ?? 400) / 8), '']
const rounds = 2

/** Serves these files, which are in `torrents/` of the place, and has a node install each. */
export async function installing(place: Place, files: readonly string[]): Promise<Table> {
  mkdirSync(join(place.dir, 'luna'))
  const functions = ['install/steps.sh', 'install/unpack.sh'].map((part) => loadTemplate(part))
  writeFileSync(join(place.dir, 'luna/functions'), functions.join('\n'))
  protectUsers(place.dir)
  serve(place)
  const rows: string[][] = []
  for (const rate of rates) {
    for (const file of files) rows.push(await install(place, file, rate))
  }
  return {
    title: 'Downloaded and unpacked to memory, as on a node',
    columns: [
      ...['tarball', 'at most MB/s', 'seconds of download', 'of unpacking', 'processor seconds of that'],
      ...['one after the other', 'unpacked while it comes', 'to the other'],
    ],
    rows,
    notes: [
      `By HTTP, which has the bytes in their order, on loopback; the better of ${rounds} rounds each. Unpacked one after the other by
the functions of the install script, which put the users of the image in place first; while it comes, by the same programs alone.`,
    ],
  }
}

async function install(place: Place, file: string, rate: string): Promise<string[]> {
  const took = new Map<keyof typeof steps, Took>()
  for (let round = 0; round < rounds; round++) {
    for (const node of [['download', 'unpack'], ['stream']] as const) {
      const root = join(place.dir, 'node')
      mkdirSync(root, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100%', 'node', root])
      for (const step of node) {
        place.say(`${step} ${basename(file)}${rate && `, ${rate} MB/s at most`}`)
        const one = await measure(() =>
          shell(`. "$luna/functions"; ${steps[step]}`, variables(place, file, rate)),
        )
        took.set(step, better(one, took.get(step)))
      }
      execFileSync('umount', [root])
    }
  }
  const { download = never, unpack = never, stream = never } = Object.fromEntries(took)
  const sum = download.wall + unpack.wall
  return [
    ...[basename(file), rate || 'no limit', figure(download.wall), figure(unpack.wall), figure(unpack.cpu)],
    ...[figure(sum), figure(stream.wall), ratio(stream.wall, sum)],
  ]
}

const curl = `curl -sS -f \${rate:+--limit-rate "$rate"}`
const steps = {
  download: `${curl} -o "$tarball" "$url"`,
  unpack: 'unpack',
  stream: `tar_options; ${curl} "$url" | "$expander" -dc | tar -C "$root" "\${tar_options[@]}" -xpf -`,
}

function variables({ dir }: Place, file: string, rate: string): Record<string, string> {
  return {
    luna: join(dir, 'luna'),
    root: join(dir, 'node'),
    tarball: join(dir, 'node', basename(file)),
    url: `http://127.0.0.1:${ports.frontend}/torrents/${basename(file)}`,
    rate: rate && String(Number(rate) * 1e6),
    expander: file.endsWith('.gz') ? 'pigz' : 'zstd',
  }
}

/**
 * Unpacking gives this system the users of the image; here it gets copies to change, in
 * the mounts of this bench.
 */
function protectUsers(dir: string): void {
  for (const database of ['passwd', 'group']) {
    const copy = join(dir, 'luna', database)
    copyFileSync(`/etc/${database}`, copy)
    execFileSync('mount', ['--bind', copy, `/etc/${database}`])
  }
}

function serve({ dir, after }: Place): void {
  const here = join(dir, 'nginx')
  for (const folder of temporary) mkdirSync(join(here, folder), { recursive: true })
  writeFileSync(join(here, 'nginx.conf'), nginxConfiguration(here, dir))
  const nginx = spawn('nginx', ['-c', join(here, 'nginx.conf'), '-e', join(here, 'error.log')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  after(() => nginx.kill())
  const url = `http://127.0.0.1:${ports.frontend}/`
  execFileSync('curl', ['-s', '-o', '/dev/null', '--retry-connrefused', '--retry', '10', url])
}
