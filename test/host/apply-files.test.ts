import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyFiles, previewFiles, type Steps } from '../../lib/host/apply-files.ts'
import { type DesiredFile, diffFile } from '../../lib/host/file.ts'
import { needsRoot } from './as-root.ts'

let dir = ''
const at = (name: string) => join(dir, name)
const text = (name: string) => readFileSync(at(name), 'utf8')
const file = (name: string, content: string | null, mode = 0o644): DesiredFile => ({
  path: at(name),
  content,
  mode,
})
const quiet: Steps = { check: async () => {}, activate: async () => {} }
const no = async () => {
  throw new Error('no')
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('applyFiles', () => {
  it('makes, changes and removes files, and tells which', async () => {
    writeFileSync(at('b'), 'old')
    writeFileSync(at('c'), 'old')
    writeFileSync(at('d'), 'same')
    const files = [
      file('a', 'new', 0o640),
      file('b', 'new'),
      file('c', null),
      file('d', 'same'),
      file('e', null),
    ]
    assert.deepEqual(await applyFiles(files, quiet), [at('a'), at('b'), at('c')])
    assert.deepEqual([text('a'), text('b'), text('d')], ['new', 'new', 'same'])
    assert.equal(statSync(at('a')).mode & 0o777, 0o640)
    assert.deepEqual(readdirSync(dir).sort(), ['a', 'b', 'd'])
  })

  it('lets the check read all texts before any is in place', async () => {
    writeFileSync(at('a'), 'old')
    writeFileSync(at('b'), 'same')
    const seen: string[] = []
    const check: Steps['check'] = async (draftOf) => {
      for (const name of ['a', 'b', 'c']) seen.push(readFileSync(draftOf(at(name)), 'utf8'))
      seen.push(text('a'))
    }
    await applyFiles([file('a', 'new'), file('b', 'same'), file('c', 'new c')], { ...quiet, check })
    assert.deepEqual(seen, ['new', 'same', 'new c', 'old'])
  })

  it('changes nothing when the check says no', async () => {
    writeFileSync(at('a'), 'old')
    await assert.rejects(applyFiles([file('a', 'new'), file('b', 'new')], { ...quiet, check: no }), /no/)
    assert.deepEqual([text('a'), readdirSync(dir)], ['old', ['a']])
  })

  it('puts everything back when the service says no, and tells it again', async () => {
    writeFileSync(at('a'), 'old', { mode: 0o600 })
    writeFileSync(at('c'), 'gone')
    const seen: string[] = []
    const activate = async () => {
      seen.push(text('a'))
      if (seen.length === 1) throw new Error('bad')
    }
    await assert.rejects(
      applyFiles([file('a', 'new'), file('b', 'new'), file('c', null)], { ...quiet, activate }),
      {
        code: 'failed',
        message: /former configuration is back in use/,
        why: 'bad',
      },
    )
    assert.deepEqual([seen, text('a'), text('c')], [['new', 'old'], 'old', 'gone'])
    assert.deepEqual(readdirSync(dir).sort(), ['a', 'c'])
    assert.equal(statSync(at('a')).mode & 0o777, 0o600)
  })

  it('says so when the service does not take the old files either', async () => {
    await assert.rejects(applyFiles([file('a', 'new')], { ...quiet, activate: no }), { message: /either/ })
    assert.deepEqual(readdirSync(dir), [])
  })

  it('writes through a link to where the file really is', async () => {
    writeFileSync(at('real'), 'old')
    symlinkSync('real', at('a'))
    await applyFiles([file('a', 'new')], quiet)
    assert.deepEqual([text('real'), readlinkSync(at('a'))], ['new', 'real'])
  })

  it('writes through a link to a file that is not there yet, by the directory that the link is in', async () => {
    mkdirSync(at('etc'))
    mkdirSync(at('drbd'))
    symlinkSync('../drbd/conf', at('etc/conf'))
    symlinkSync('etc/conf', at('a'))
    await applyFiles([file('a', 'new')], quiet)
    assert.deepEqual([text('drbd/conf'), readlinkSync(at('etc/conf'))], ['new', '../drbd/conf'])
    assert.equal(readlinkSync(at('a')), 'etc/conf')
  })

  it('keeps the link when the service does not take what was written through it', async () => {
    mkdirSync(at('drbd'))
    symlinkSync('drbd/conf', at('a'))
    await assert.rejects(applyFiles([file('a', 'new')], { ...quiet, activate: no }), { code: 'failed' })
    assert.deepEqual([readlinkSync(at('a')), existsSync(at('drbd/conf'))], ['drbd/conf', false])
  })

  it('says so when links lead in a circle', async () => {
    symlinkSync('b', at('a'))
    symlinkSync('a', at('b'))
    await assert.rejects(applyFiles([file('a', 'new')], quiet), { message: /leads nowhere/, fix: /^rm / })
  })

  it('takes the place of no directory, pipe or device, be it by a link, and waits for none', async () => {
    mkdirSync(at('directory'))
    execFileSync('mkfifo', [at('pipe')])
    symlinkSync('pipe', at('link'))
    for (const name of ['directory', 'pipe', 'link'])
      await assert.rejects(
        applyFiles([file(name, 'new')], quiet),
        { message: /is no file$/, why: /device/ },
        name,
      )
    await assert.rejects(previewFiles([file('pipe', 'new')]), { why: /pipe/ })
    assert.ok(statSync(at('pipe')).isFIFO())
  })

  it('puts everything back when the last step fails, tells the service again, and gives the error of that step', async () => {
    writeFileSync(at('a'), 'old')
    const seen: string[] = []
    const activate = async (_: readonly string[], back: boolean) => void seen.push(`${text('a')} ${back}`)
    await assert.rejects(applyFiles([file('a', 'new')], { ...quiet, activate, commit: no }), /^Error: no$/)
    assert.deepEqual([seen, text('a')], [['new false', 'old true'], 'old'])
  })

  it('corrects the rights of a file that stays', async () => {
    writeFileSync(at('a'), 'same')
    chmodSync(at('a'), 0o666)
    assert.deepEqual(await applyFiles([file('a', 'same', 0o640)], quiet), [])
    assert.equal(statSync(at('a')).mode & 0o777, 0o640)
  })

  it('leaves all as it was when one of the places is not there', async () => {
    writeFileSync(at('a'), 'old')
    await assert.rejects(applyFiles([file('a', 'new'), file('no/b', 'new')], quiet), {
      code: 'failed',
      fix: /make the directory/,
    })
    assert.deepEqual([text('a'), readdirSync(dir)], ['old', ['a']])
  })
})

describe('previewFiles', () => {
  it('shows unified diffs of what would change, and touches nothing', async () => {
    writeFileSync(at('a'), 'one\ntwo\n')
    const diffs = await previewFiles([file('a', 'one\n2\n'), file('b', 'new\n')])
    const diff = [...diffs.values()].join('')
    assert.equal(
      diff,
      `--- ${at('a')}\n+++ ${at('a')}\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n--- /dev/null\n+++ ${at('b')}\n@@ -0,0 +1 @@\n+new\n`,
    )
    assert.deepEqual(readdirSync(dir), ['a'])
  })

  it('tells a mode that would change', async () => {
    writeFileSync(at('a'), 'same')
    chmodSync(at('a'), 0o600)
    const diffs = await previewFiles([file('a', 'same')])
    assert.deepEqual([...diffs.values()], [`mode of ${at('a')}: 0600 now, 0644 then\n`])
  })

  it('tells an owner that would change, to who could change it', async function () {
    needsRoot(this)
    writeFileSync(at('a'), 'same', { mode: 0o640 })
    chownSync(at('a'), 0, 1)
    const wanted = { ...file('a', 'same', 0o640), owner: { uid: 0, gid: 2 } }
    const diffs = await previewFiles([wanted])
    assert.deepEqual([...diffs.values()], [`owner of ${at('a')}: 0:1 now, 0:2 then\n`])
    await applyFiles([wanted], quiet)
    assert.equal((await previewFiles([wanted])).size, 0)
  })

  it('is empty when nothing would change', async () => {
    writeFileSync(at('a'), 'same')
    assert.equal((await previewFiles([file('a', 'same'), file('b', null)])).size, 0)
  })
})

describe('diffFile', () => {
  it('hides secrets on both sides', async () => {
    writeFileSync(at('a'), 'key old;\nx\n')
    const diff = await diffFile({ ...file('a', 'key new;\ny\n'), secret: /(?<=key )[^;]+/g })
    assert.match(diff, / key \(hidden\);\n-x\n\+y/)
  })

  it('counts the bytes of what is no text', async () => {
    assert.match(
      await diffFile({ ...file('a', null), content: Buffer.from([0, 1]) }),
      /no bytes now, 2 bytes then/,
    )
  })
})
