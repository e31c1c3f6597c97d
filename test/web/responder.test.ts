// Which responder luna.conf names.
import assert from 'node:assert/strict'
import { parseConfig } from '../../lib/config.ts'

const responderOf = (text: string) => parseConfig(text, '/etc/luna.conf', 'debian').services.responder

describe('responder in luna.conf', () => {
  it('is our own unless another is named', () => {
    assert.equal(responderOf(''), 'own')
    assert.equal(responderOf('[Services]\nresponder=\n'), 'own')
    assert.equal(responderOf('[services]\nresponder=node-fastcgi\n'), 'node-fastcgi')
  })

  it('is refused when it is none of the two', () => {
    assert.throws(() => responderOf('[Services]\nresponder=fcgi\n'), {
      code: 'invalid',
      message: '/etc/luna.conf: responder is not known',
      fix: 'write responder=own or responder=node-fastcgi',
    })
  })
})
