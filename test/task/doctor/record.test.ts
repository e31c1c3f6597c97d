import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { openMemoryStore } from '../../../lib/store/open.ts'
import { warning, wrong } from '../../../lib/task/doctor/check.ts'
import { keepFindings } from '../../../lib/task/doctor/record.ts'
import { pageFindings } from '../../../lib/task/page/findings.ts'

describe('findings of the doctor that are kept', () => {
  it('are those of the last time, each a line of some length', async () => {
    const store = openMemoryStore()
    await keepFindings(store, [{ check: 'store', ...wrong('old', 'mend it') }], 1000)
    const found = [
      { check: 'nginx file', ...wrong('not what the database says: x', 'luna cluster make') },
      { check: 'zones', ...warning(`a\n  b\x1b${'x'.repeat(5000)}`, 'look') },
    ]
    await keepFindings(store, found, 61_000)
    const { heads, due } = await pageFindings(store)
    const [head] = heads
    assert.deepEqual([heads.length, head?.head, head?.time], [1, hostname(), '1970-01-01T00:01:01.000Z'])
    assert.match(head?.findings[1]?.seen ?? '', /^a; b\\x1b/)
    assert.equal(head?.findings[1]?.seen.length, 1000)
    assert.deepEqual(
      due.map(({ command }) => command),
      ['luna cluster make'],
    )
    await store.keepHeadReport({ topic: 'doctor', head: 'x', time: 1, told: [null, { check: 1 }, 'y'] })
    assert.deepEqual((await pageFindings(store)).heads.map(({ findings }) => findings.length).sort(), [0, 2])
    await store.close()
  })
})
