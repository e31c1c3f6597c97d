import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openMemoryStore } from '../../lib/store/open.ts'
import { runSetup } from '../../lib/task/setup/setup.ts'
import type { Step } from '../../lib/task/setup/step.ts'
import { useFakeBin } from '../fake-bin.ts'
import { addCluster } from '../scenario/boot.ts'
import { stockDebian } from './setup-found.ts'

describe('luna setup', () => {
  const fake = useFakeBin()
  const at = (name: string) => join(fake.dir, name)
  const run = async (steps: readonly Step[], dryRun = false, signal = new AbortController().signal) => {
    const store = openMemoryStore()
    await addCluster(store, { path: fake.dir, user: 'root' })
    const said: string[] = []
    const onDone = ({ diff = '' }) => void (diff && said.push(diff))
    const onStep = (line: string) => void said.push(line)
    const options = { store, logDir: at('log'), dryRun, signal, onStep, onDone }
    const outcome = await runSetup(stockDebian(), steps, options)
    return { outcome, said, networks: await store.names('network') }
  }
  const file = (path: string) => ({ path, content: 'x\n', mode: 0o644 })
  const network = { name: 'cluster', address: '10.30.0.0', prefix: 16, nsHostname: 'head' }

  it('goes on where a step fails that nothing else stands on', async () => {
    const steps: Step[] = [
      { do: 'run', line: ['false'] },
      { do: 'edit', file: file(at('made/new')) },
    ]
    const { outcome } = await run(steps)
    assert.deepEqual(
      outcome.failures.map(({ code }) => code),
      ['failed'],
    )
    assert.equal(readFileSync(at('made/new'), 'utf8'), 'x\n')
  })

  it('ends where a step fails that others stand on', async () => {
    writeFileSync(at('file'), '')
    const steps: Step[] = [
      { do: 'directory', path: at('file/below'), user: 'root' },
      { do: 'edit', file: file(at('new')) },
    ]
    await assert.rejects(run(steps), { code: 'failed' })
    assert.equal(existsSync(at('new')), false)
  })

  it('puts a file back that its unit does not start with', async () => {
    writeFileSync(at('drop-in'), 'old\n')
    fake.fail('restart')
    await assert.rejects(run([{ do: 'edit', file: file(at('drop-in')), unit: 'lweb' }]), { code: 'failed' })
    assert.equal(readFileSync(at('drop-in'), 'utf8'), 'old\n')
  })

  it('keeps the first copy of a file, and needs none', async () => {
    const keep = () => run([{ do: 'keep', path: at('file') }])
    await keep()
    writeFileSync(at('file'), 'first')
    await keep()
    writeFileSync(at('file'), 'second')
    await keep()
    assert.equal(readFileSync(at('file.luna-before'), 'utf8'), 'first')
  })

  it('shows in a dry run what each step would do to the store and to files, and does nothing', async () => {
    const steps: Step[] = [
      { do: 'edit', file: file(at('new')) },
      { do: 'run', line: ['touch', at('touched')] },
      { do: 'network', wish: network },
      { do: 'network', wish: { ...network, name: 'other', address: '10.31.0.0' } },
    ]
    const { said, networks } = await run(steps, true)
    assert.match(said.join('\n'), /^\+x$[\s\S]*^run touch[\s\S]*^add the network other, 10\.31\.0\.0\/16$/m)
    assert.deepEqual([existsSync(at('new')), existsSync(at('touched')), networks], [false, false, []])
  })

  it('is whole up to a signal, and begins nothing after it', async () => {
    const signal = AbortSignal.abort()
    const interrupted = run([{ do: 'edit', file: file(at('new')) }], false, signal)
    await assert.rejects(interrupted, { code: 'failed', fix: /luna setup goes on/ })
    assert.equal(existsSync(at('new')), false)
  })
})
