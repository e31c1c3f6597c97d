import assert from 'node:assert/strict'
import { withWebSeed } from '../../lib/host/image/web-seed.ts'

describe('the web seed of a torrent', () => {
  const change = (text: string) => withWebSeed(Buffer.from(text), (url) => `${url}/x`).toString()

  it('becomes another one, and nothing else does', () => {
    assert.equal(change('d4:infod1:a3:8:ue8:url-list5:abcdee'), 'd4:infod1:a3:8:ue8:url-list7:abcde/xe')
    assert.equal(change('d4:infode8:url-listl5:abcdeee'), 'd4:infode8:url-list7:abcde/xe')
    assert.equal(
      change('d4:infod6:pieces10:8:url-lists8:url-list1:ae'),
      'd4:infod6:pieces10:8:url-lists8:url-list3:a/xe',
    )
  })

  for (const text of [
    '',
    'd4:infodee',
    'd8:url-list5:abce',
    'd8:url-listl1:a1:bee',
    'd8:url-list1:ae1:zi1ee',
  ])
    it(`stays as it is in ${JSON.stringify(text)}`, () => assert.equal(change(text), text))
})
