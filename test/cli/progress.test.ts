// Progress where standard error is no terminal.
import assert from 'node:assert/strict'
import { inLog } from '../../lib/cli/progress.ts'

describe('progress in a log', () => {
  const MiB = 2 ** 20

  it('has phases with their size and time, and a line every ten seconds', () => {
    const lines: string[] = []
    let now = 0
    const line = inLog({ info: (text) => void lines.push(text) }, () => now)
    line.show({ phase: 'initramfs' })
    for (now = 3000; now <= 27_000; now += 1000)
      line.show({ phase: 'tarball', done: (now / 1000) * MiB, total: 100 * MiB })
    line.end(true)
    assert.deepEqual(lines, [
      'initramfs',
      'initramfs done in 3 s',
      'tarball',
      'tarball 13% of 100 MiB',
      'tarball 23% of 100 MiB',
      'tarball done: 100 MiB in 25 s',
    ])
  })

  it('does not say that a phase is done which failed', () => {
    const lines: string[] = []
    const line = inLog({ info: (text) => void lines.push(text) }, () => 0)
    line.show({ phase: 'tarball', done: 1, total: 2 })
    line.end(false)
    assert.deepEqual(lines, ['tarball'])
  })
})
