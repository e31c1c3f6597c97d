// npm run scenarios -- DIR [--store embedded|mongodb] [NAME...] Runs the scenario files of DIR with the
// runner in it (DIR/runner.py) against bin/luna, lweb and nginx: in namespaces of their own, with overlays
// over /etc, /var and /opt, so that this machine stays as it is. Exits 0 when nothing differs.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Stage, setStage } from './stage.ts'
import { type Difference, failures } from './verdict.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'embedded' },
    verbose: { type: 'boolean', short: 'v', default: false },
    inside: { type: 'boolean', default: false },
  },
})
// Where the runner sends the output of the service.
const serverLog = '/tmp/luna-server.log'
const [dir, ...names] = positionals
const { store } = values
if (dir === undefined || (store !== 'embedded' && store !== 'mongodb')) {
  console.error('usage: npm run scenarios -- DIR [--store embedded|mongodb] [-v] [NAME...]')
  process.exit(2)
}
process.exitCode = values.inside ? await inside(resolve(dir), store) : await outside(store)

/** Starts this program again in namespaces of its own, without a network; all that it starts ends with it. */
async function outside(kind: 'embedded' | 'mongodb'): Promise<number> {
  const { fetchMongoServer } = await import('../store/mongo-server.ts')
  const lacking = kind === 'mongodb' ? fetchMongoServer() : undefined
  if (lacking !== undefined) {
    console.error(lacking)
    return 1
  }
  const namespaces = ['--mount', '--net', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc']
  const again = [process.execPath, import.meta.filename, '--inside', ...process.argv.slice(2)]
  const { status, error } = spawnSync('unshare', [...namespaces, ...again], { stdio: 'inherit' })
  if (error) console.error(`unshare did not start: ${error.message}`)
  return status ?? 1
}

async function inside(scenarios: string, kind: 'embedded' | 'mongodb'): Promise<number> {
  const stage = await setStage(kind)
  try {
    return await runner(scenarios, stage)
  } finally {
    await stage.close()
  }
}

async function runner(scenarios: string, stage: Stage): Promise<number> {
  const place = mkdtempSync(join(tmpdir(), 'luna-scenarios-'))
  const report = join(place, 'report.json')
  const options = [
    ...['--cli', stage.luna, '--alt', `lpower=${stage.lpower}`],
    ...['--http', stage.url, '--server-cmd', stage.server],
    ...['--dump-cmd', `${stage.luna} db export`, '--exec-cmd', stage.edit, '--reset-cmd', stage.reset],
    ...['--golden', join(scenarios, 'expected'), '--report', report, ...(values.verbose ? ['-v'] : [])],
  ]
  const args = [join(scenarios, 'runner.py'), ...options, ...files(scenarios)]
  const child = spawn('python3', args, { stdio: 'inherit', env: { ...stage.env, PYTHONUNBUFFERED: '1' } })
  const status = await new Promise<number>((done, broken) => {
    child.on('error', broken)
    child.on('exit', (code) => done(code ?? 1))
  })
  try {
    return status === 0 ? 0 : verdict(report)
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** The exit status for what the runner wrote down; 1 when it ended before it wrote. */
function verdict(report: string): number {
  try {
    const { differences } = JSON.parse(readFileSync(report, 'utf8')) as { differences: Difference[] }
    const failing = failures(differences)
    console.log(`steps that differ by more than a quirk: ${failing.length}`)
    for (const { scenario, step } of failing) console.log(`  ${scenario} step ${step}`)
    if (failing.length > 0) tellOfServer()
    return failing.length === 0 ? 0 : 1
  } catch (error) {
    console.error(`the runner left no report: ${error}`)
    return 1
  }
}

/** What the service wrote at last: it lies in this namespace's /tmp and is gone with it. */
function tellOfServer(): void {
  if (!existsSync(serverLog)) return
  console.log(`the end of ${serverLog}:`)
  console.log(readFileSync(serverLog, 'utf8').split('\n').slice(-60).join('\n'))
}

/** The scenario files that are named (`02_network`, `02`), or all. */
function files(scenarios: string): string[] {
  const all = readdirSync(scenarios).filter((name) => /^\w+\.json$/.test(name))
  const wanted = (file: string) => names.some((name) => basename(file, '.json').startsWith(name))
  const chosen = names.length === 0 ? all : all.filter(wanted)
  if (chosen.length === 0) throw new Error(`no scenario in ${scenarios} is called ${names.join(' or ')}`)
  return chosen.sort().map((file) => join(scenarios, file))
}
