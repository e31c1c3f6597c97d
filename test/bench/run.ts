// npm run bench -- [--write] [NAME...] Runs benches (all, or those that are named), prints their tables, and
// with --write keeps them in RESULTS.md. As root each runs in process and mount namespaces of its own, so
// that nothing outlives it.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { LunaError, sentence } from '../../lib/error.ts'
import type { Bench, Place } from './bench.ts'
import { circumstances, formatTables, keepResults } from './results.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, inside: { type: 'string' } },
})
let interrupted = false
if (values.inside !== undefined) await inside(positionals[0] ?? '', values.inside)
else process.exitCode = await outside()

async function outside(): Promise<number> {
  const wanted = positionals.length > 0 ? positionals : names()
  const unknown = wanted.filter((name) => !names().includes(name))
  if (unknown.length > 0) {
    console.error(`there is no bench ${unknown.join(', ')}; there are: ${names().join(', ')}`)
    return 2
  }
  let failed = 0
  for (const name of wanted) {
    if (!interrupted) failed += await runOne(name)
  }
  return failed === 0 ? 0 : 1
}

function names(): string[] {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.bench.ts'))
  return files.map((file) => basename(file, '.bench.ts')).sort()
}

async function load(name: string): Promise<Bench> {
  const module = (await import(`./${name}.bench.ts`)) as { bench: Bench }
  return module.bench
}

/** Runs one as a process of its own; 1 when it fails or takes too long. */
async function runOne(name: string): Promise<number> {
  const bench = await load(name)
  console.error(`${name}: ${bench.about}`)
  const dir = mkdtempSync(join(tmpdir(), `luna-bench-${name}-`))
  const again = [
    process.execPath,
    import.meta.filename,
    '--inside',
    dir,
    ...(values.write ? ['--write'] : []),
  ]
  const [program = '', ...args] = [...namespaces(bench), ...again, name]
  const child = spawn(program, args, { stdio: 'inherit', detached: true })
  const timer = setTimeout(() => end(child.pid, 'it took longer than its limit'), bench.limit * 1000)
  const onSignal = () => {
    interrupted = true
    end(child.pid, 'interrupted')
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal)
  const status = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  clearTimeout(timer)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
  // What was killed may be writing for a moment yet.
  rmSync(dir, { recursive: true, force: true, maxRetries: 20 })
  if (status !== 0) console.error(`${name}: failed`)
  return status === 0 ? 0 : 1
}

function end(pid: number | undefined, why: string): void {
  console.error(`ended: ${why}`)
  if (pid) process.kill(-pid, 'SIGKILL')
}

function namespaces({ network }: Bench): string[] {
  if (process.getuid?.() !== 0) {
    if (network === 'own') throw new Error('this bench needs root')
    return []
  }
  const all = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  return ['unshare', ...all, ...(network === 'own' ? ['--net'] : [])]
}

async function inside(name: string, dir: string): Promise<void> {
  const bench = await load(name)
  if (bench.network === 'own') spawnSync('ip', ['link', 'set', 'lo', 'up'])
  const [busy = 0] = loadavg()
  const cleaners: (() => unknown)[] = []
  const place: Place = {
    dir,
    say: (text) => console.error(`  ${text}`),
    after: (clean) => cleaners.unshift(clean),
  }
  try {
    const text = `${circumstances(busy)}\n\n${formatTables(await bench.run(place))}`
    console.log(text)
    if (values.write) keepResults(name, text)
  } catch (error) {
    console.error(error instanceof LunaError ? sentence(error) : error instanceof Error ? error.stack : error)
    process.exitCode = 1
  } finally {
    for (const clean of cleaners) await clean()
  }
  process.exit()
}
