import assert from 'node:assert/strict'
import { cardOfBusid } from '../../lib/object/net/card.ts'

describe('the busid of iPXE', () => {
  it('gives vendor and device of a PCI card', () => {
    assert.equal(cardOfBusid('018086100e'), '8086:100e')
    assert.equal(cardOfBusid('011AF41000'), '1af4:1000')
  })

  for (const text of [
    '',
    '028086100e',
    '018086100',
    '018086100e0',
    '018086100e\n',
    '01:80:86:10:0e',
    '01808610;e',
  ])
    it(`gives nothing of ${JSON.stringify(text)}`, () => assert.equal(cardOfBusid(text), undefined))
})
