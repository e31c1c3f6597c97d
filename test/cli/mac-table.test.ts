import assert from 'node:assert/strict'
import { macTable } from '../../lib/cli/table/mac-table.ts'

describe('the table of listmacs', () => {
  it('has "no" and "-" where there is no configured port and no node', () => {
    const seen = { switch: 'sw', port: '1', portname: 'e1', mac: '52:54:00:00:00:01', age: 1 }
    const text = macTable([{ ...seen, configured: false, node: null }], { age: false })
    assert.match(text, /\| 52:54:00:00:00:01 +\| no +\| - +\|\n/)
    const known = macTable([{ ...seen, configured: true, node: 'node001' }], { age: false })
    assert.match(known, /\| yes +\| node001 +\|\n/)
  })
})
