// Secrets that are not among the arguments of a process.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../lib/store/open.ts'
import { useSite } from './luna.ts'

describe('an option whose value is a secret', () => {
  const site = useSite()

  before(() => {
    const made = site.luna([
      'cluster',
      'init',
      '--frontend_address',
      '127.0.0.1',
      '--user',
      'root',
      '--path',
      site.dir,
    ])
    assert.equal(made.status, 0, made.stderr)
  })

  it('takes a line of standard input for -', async () => {
    const added = site.luna(['bmcsetup', 'add', '-n', 'base', '-u', 'admin', '-p', '-'], 'S3cret\n')
    assert.equal(added.status, 0, added.stderr)
    assert.doesNotMatch(added.stdout + added.stderr, /S3cret/)
    assert.equal((await loadFields(site.dir, 'bmcsetup', 'base')).password, 'S3cret')
  })

  it('takes a line for each of several, in the order of the help', async () => {
    site.luna(['network', 'add', '-n', 'net', '-N', '10.30.0.0', '-P', '16'])
    const line = ['switch', 'add', '-n', 'sw01', '-N', 'net', '-i', '10.30.253.1', '-w', '-', '-r', '-']
    const added = site.luna(line, 'for reading\nfor writing\n')
    assert.equal(added.status, 0, added.stderr)
    const { read, rw } = await loadFields(site.dir, 'switch', 'sw01')
    assert.deepEqual([read, rw], ['for reading', 'for writing'])
  })

  it('is refused where standard input has too little', () => {
    const { status, stderr } = site.luna(['bmcsetup', 'change', 'base', '-p', '-'], '')
    assert.notEqual(status, 0)
    assert.match(stderr, /no line for --password/)
  })

  it('says in its help how', () => {
    for (const [object, action] of [
      ['bmcsetup', 'add'],
      ['bmcsetup', 'change'],
      ['switch', 'add'],
      ['switch', 'change'],
    ] as const)
      assert.match(
        site.luna([object, action, '-h']).stdout.replace(/\s+/g, ' '),
        /- is a line of standard input/,
      )
  })
})

/** What the database has of an object. */
async function loadFields(
  dir: string,
  kind: 'bmcsetup' | 'switch',
  name: string,
): Promise<Record<string, unknown>> {
  const store = await openStore({ file: '', store: { embedded: join(dir, 'luna.db') } } as never)
  try {
    return { ...(await store.getNamed(kind, name)) }
  } finally {
    await store.close()
  }
}
