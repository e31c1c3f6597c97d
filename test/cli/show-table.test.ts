import assert from 'node:assert/strict'
import { nodeTable, nodeTableOneLine } from '../../lib/cli/table/node-table.ts'
import { cellOf, duration } from '../../lib/cli/table/show-table.ts'
import type { ListedNode } from '../../lib/task/show/nodes.ts'

function listed(
  name: string,
  interfaces: ListedNode['interfaces'],
  group: string | null = 'compute',
): ListedNode {
  return { name, group, osimage: null, mac: null, switch: null, port: null, interfaces }
}

describe('cellOf', () => {
  it('shows the networks of a group, IPv6 on a line of its own, and a dash for none', () => {
    const cluster = { name: 'cluster', network: '10.30.0.0', prefix: 16, netmask: '255.255.0.0' }
    const six = { name: 'six', network: 'fd00:30::', prefix: 64, netmask: '' }
    const interfaces = {
      BMC: { ipv4: null, ipv6: null, params: '' },
      BOOTIF: { ipv4: cluster, ipv6: six, params: '' },
    }
    assert.equal(
      cellOf('group', 'interfaces', interfaces),
      ['[BMC]:   -', '[BOOTIF]:[cluster]:10.30.0.0/16', '         [six]:fd00:30::/64'].join('\n'),
    )
  })

  it('shows addresses of another device by network', () => {
    const connected = { cluster: '10.30.10.1', ipmi: '10.31.10.1' }
    assert.equal(cellOf('otherdev', 'connected', connected), '[cluster]:10.30.10.1\n[ipmi]:   10.31.10.1')
  })

  it('shows what the node said last, its download, and how long ago', () => {
    const status = { step: 'install.download', time: '', age: 40, progress: { percent: 25, age: 3 } }
    assert.equal(cellOf('node', 'status', status), 'install.download (25.00% / last update 3sec) - 0:00:40')
  })

  it('leaves out interfaces of a node that have no address', () => {
    const interfaces = { BMC: { ipv4: null, ipv6: null }, BOOTIF: { ipv4: '10.30.0.1', ipv6: null } }
    assert.equal(cellOf('node', 'interfaces', interfaces), 'BOOTIF:10.30.0.1')
  })

  it('shows flags as words and references in brackets', () => {
    assert.deepEqual([cellOf('node', 'localboot', true), cellOf('node', 'group', 'x')], ['yes', '[x]'])
  })
})

describe('duration', () => {
  it('goes on after a day', () => assert.equal(duration(90_061), '25:01:01'))
})

describe('nodeTable', () => {
  it('leaves out interfaces without addresses', () => {
    const interfaces = { BMC: { ipv4: null, ipv6: null }, BOOTIF: { ipv4: '10.30.0.1', ipv6: null } }
    const text = nodeTable([listed('n1', interfaces)])
    assert.match(text, /\| n1 +\| \[compute\] +\| None +\| BOOTIF:10\.30\.0\.1 +\|/)
    assert.doesNotMatch(text, /BMC/)
  })

  it('shows a node without group', () => assert.match(nodeTable([listed('n1', {}, null)]), /\| n1 +\| - +\|/))
})

describe('nodeTableOneLine', () => {
  it('puts interfaces side by side, and divides the borders below the header', () => {
    const nodes = [
      listed('n3', {
        BMC: { ipv4: '10.31.0.3', ipv6: null },
        BOOTIF: { ipv4: '10.30.7.7', ipv6: 'fd00::7' },
      }),
      listed('n1', { BOOTIF: { ipv4: '10.30.0.1', ipv6: null } }, 'nobmc'),
    ]
    assert.equal(
      nodeTableOneLine(nodes),
      `+---------+--------------+---------+--------------------------------------------------+
| Name    | Group        | MAC     | IPs                                              |
+---------+--------------+---------+-------------------+------------------------------+
| n3      | [compute]    | None    | BMC:    10.31.0.3 | BOOTIF: 10.30.7.7 fd00::7    |
| n1      | [nobmc]      | None    | BOOTIF: 10.30.0.1 |                              |
+---------+--------------+---------+-------------------+------------------------------+
`,
    )
  })

  it('has one column of addresses where no node has two', () => {
    const text = nodeTableOneLine([listed('n1', { BOOTIF: { ipv4: '10.30.0.1', ipv6: null } })])
    assert.equal(new Set(text.split('\n').filter((line) => line.startsWith('+'))).size, 1)
  })
})
