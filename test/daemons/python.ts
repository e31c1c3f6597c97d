// Programs of PyPI for live tests: test/daemons/requirements.txt, installed once into a virtual environment
// below node_modules.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const requirements = join(import.meta.dirname, 'requirements.txt')
const cache = join(import.meta.dirname, '../../node_modules/.cache')
const debian = '/usr/bin/python3'

/**
 * The folder of the programs, or why they cannot be had here: there is no registry of packages. Throws when
 * they should be.
 */
export function pythonPrograms(): { readonly bin: string } | { readonly lacking: string } {
  const python = existsSync(debian) ? debian : 'python3'
  const version = spawnSync(python, ['-c', 'import sys; print(sys.version)'], { encoding: 'utf8' })
  if (version.status !== 0) throw new Error(`${python} does not run: install the Debian package python3-venv`)
  const hash = createHash('sha256').update(readFileSync(requirements)).update(version.stdout)
  const dir = join(cache, `python-${hash.digest('hex').slice(0, 16)}`)
  mkdirSync(cache, { recursive: true })
  const made = spawnSync('flock', [`${dir}.lock`, 'sh', '-euc', install, 'sh', dir, python, requirements], {
    encoding: 'utf8',
    timeout: 600_000,
  })
  if (made.status === 0) return { bin: join(dir, 'bin') }
  const said = `${made.stdout}${made.stderr}`
  if (/connection broken|Max retries exceeded|ConnectionError|ReadTimeout/i.test(said))
    return { lacking: 'needs programs of PyPI, and there is no registry of packages here' }
  throw new Error(`the Python packages of ${requirements} cannot be installed:\n${said.slice(-2000)}`)
}

// Two tests may want it at once; what was left half made is made anew.
const install = `
[ ! -e "$1/complete" ] || exit 0
rm -rf "$1"
"$2" -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check --no-input --retries 1 --requirement "$3"
: >"$1/complete"
`
