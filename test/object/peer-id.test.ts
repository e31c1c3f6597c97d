import assert from 'node:assert/strict'
import { alikePeers, fitsPeerId } from '../../lib/object/peer-id.ts'

describe('a host name as peer id', () => {
  it('fits up to twenty characters', () => {
    assert.equal(fitsPeerId('node001.provisioning'), true)
    assert.equal(fitsPeerId('node001.provisioning1'), false)
  })

  it('is like another one that begins with the same twenty characters', () => {
    const hosts = [
      'compute-rack01-node001.cluster',
      'compute-rack01-node002.cluster',
      // all of its twenty characters
      'compute-rack01-node0',
      'compute-rack01-node1',
      'node001.cluster',
      'node001.cluster2',
    ]
    assert.deepEqual([...alikePeers(hosts)], [['compute-rack01-node0', hosts.slice(0, 3)]])
  })
})
