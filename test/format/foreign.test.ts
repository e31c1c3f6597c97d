// Files of other programs, written here by what their documents say of them: what is read, and where it
// stands.
import assert from 'node:assert/strict'
import { importRow } from '../../lib/cli/commands/node-import.ts'
import { LunaError } from '../../lib/error.ts'
import type { Entry } from '../../lib/format/entry.ts'
import { nodeFormats, readNodeFile } from '../../lib/format/node-file.ts'

const read = (format: string, text: string): readonly Entry[] => readNodeFile(text, 'f', format).entries
const fieldsOf = (format: string, text: string) => read(format, text).map(({ fields }) => fields)

describe('formats of other programs', () => {
  it('are those that the command line names', () => {
    assert.deepEqual(importRow.options.format?.choices, nodeFormats)
  })

  it('Warewulf: a nodes.conf', () => {
    const text = [
      'WW_INTERNAL: 45',
      'nodeprofiles:',
      '  default:',
      '    image name: rocky',
      '    network devices:',
      '      fast:',
      '        device: ib0',
      'nodes:',
      '  n001.cluster01:',
      '    comment: first',
      '    profiles: [default]',
      '    ipmi:',
      '      ipaddr: 10.31.0.1',
      '    network devices:',
      '      fast:',
      '        ipaddr: 10.32.0.1/16',
      '        hwaddr: 52:54:00:00:02:01',
      '      default:',
      '        device: eno1',
      '        hwaddr: 52:54:00:00:00:01',
      '        ipaddr: 10.30.0.1',
      '        ip6addr: fd00:30::1/64',
      '        netmask: 255.255.0.0',
      '    primary network: default',
      '  n002: {}',
    ].join('\n')
    assert.deepEqual(fieldsOf('warewulf', text), [
      {
        name: 'n001',
        comment: 'first',
        mac: '52:54:00:00:00:01',
        interfaces: { ib0: '10.32.0.1', BOOTIF: '10.30.0.1 fd00:30::1', BMC: '10.31.0.1' },
      },
      { name: 'n002' },
    ])
    const [entry] = read('warewulf', text)
    assert.deepEqual(
      [entry?.place('mac'), entry?.place('interfaces', 'BMC'), entry?.place('port')],
      ['f, line 20, column 17', 'f, line 13, column 15', 'f, line 10, column 5'],
    )
  })

  it('Grendel: a list of hosts', () => {
    const hosts = [
      {
        name: 'cpn-01',
        provision: true,
        boot_image: 'rocky',
        interfaces: [
          { bmc: true, mac: '52:54:00:00:01:01', ip: '10.31.0.1/16', ifname: '', fqdn: 'bmc-01.example.com' },
          {
            bmc: false,
            mac: '52:54:00:00:00:01',
            ip: '10.30.0.1/16',
            ifname: '',
            fqdn: 'cpn-01.example.com',
          },
          { bmc: false, mac: '52:54:00:00:00:02', ip: '10.32.0.1', ifname: 'ib0' },
        ],
        bonds: [{ ifname: 'bond0', ip: '10.33.0.1/16', mac: '', peers: [] }],
        tags: ['rack1'],
      },
      { name: 'cpn-02', interfaces: null },
    ]
    assert.deepEqual(fieldsOf('grendel', JSON.stringify(hosts)), [
      {
        name: 'cpn-01',
        mac: '52:54:00:00:00:01',
        also: ['52:54:00:00:00:02'],
        interfaces: { BOOTIF: '10.30.0.1', ib0: '10.32.0.1', bond0: '10.33.0.1', BMC: '10.31.0.1' },
      },
      { name: 'cpn-02' },
    ])
    assert.equal(read('grendel', JSON.stringify(hosts, null, 1))[0]?.place('mac'), 'f, line 16, column 12')
  })

  it('xCAT: a stanza file', () => {
    const text = [
      '# <xCAT data object stanza file>',
      '',
      'default-node:',
      '    switch=sw01',
      '',
      'n001:',
      '    objtype=node',
      '    groups=compute,all',
      '    ip=10.30.0.1',
      '    mac=52:54:00:00:00:01|52:54:00:00:00:02!n001-ib',
      '    nicips.ib0=10.32.0.1|fd00:32::1',
      '    bmc=10.31.0.1',
      '    switchport=7',
      '    usercomment=hot',
      'n002:',
      '    objtype=node',
      '    bmc=n002-bmc',
      '    switch=',
      'compute:',
      '    objtype=group',
    ].join('\n')
    assert.deepEqual(fieldsOf('xcat', text), [
      {
        name: 'n001',
        mac: '52:54:00:00:00:01',
        also: ['52:54:00:00:00:02'],
        switch: 'sw01',
        port: '7',
        comment: 'hot',
        interfaces: { BOOTIF: '10.30.0.1', ib0: '10.32.0.1 fd00:32::1', BMC: '10.31.0.1' },
      },
      { name: 'n002' },
    ])
    const [entry] = read('xcat', text)
    assert.deepEqual([entry?.place('mac'), entry?.place('name')], ['f, line 10', 'f, line 6'])
    assert.throws(
      () => read('xcat', 'n001:\n  objtype node\n'),
      (error) => {
        assert(error instanceof LunaError)
        assert.match(`${error.message}: ${error.why}`, /^f, line 2: .*"objtype node" is neither/)
        return true
      },
    )
  })

  it('Ansible: an inventory in the form INI', () => {
    const text = [
      'login01 ansible_host=10.30.0.250 mac=52:54:00:00:09:01  # the door',
      '[compute]',
      'node[001:002] luna_group=compute',
      'node003.example.com:2222 mac_address=\'52-54-00-00-00-03\' luna_comment="rack 1" bmc_address=10.31.0.3',
      '; nothing',
      '[compute:vars]',
      'mac=52:54:00:00:00:ff',
      '[all:children]',
      'compute',
    ].join('\n')
    assert.deepEqual(fieldsOf('ansible', text), [
      { name: 'login01', mac: '52:54:00:00:09:01', interfaces: { BOOTIF: '10.30.0.250' } },
      { name: 'node001', group: 'compute' },
      { name: 'node002', group: 'compute' },
      { name: 'node003', mac: '52-54-00-00-00-03', comment: 'rack 1', interfaces: { BMC: '10.31.0.3' } },
    ])
    assert.equal(read('ansible', text)[3]?.place('mac'), 'f, line 4')
    assert.throws(() => read('ansible', '[x]\nnode001 mac 1\n'), /line 2: it cannot be read as an inventory/)
    assert.throws(() => read('ansible', 'n[1:999999999]\n'), /line 1: .*inventory/)
  })

  it('Ansible: an inventory of YAML, and what a script answers to --list', () => {
    const text = [
      'all:',
      '  hosts:',
      '    login01: {ansible_host: login.example.com}',
      '  children:',
      '    compute:',
      '      hosts:',
      '        node001:',
      '          mac: 52:54:00:00:00:01',
      '          ansible_host: 10.30.0.1',
      '    rack1:',
      '      hosts: {node001: {}}',
    ].join('\n')
    const node = { name: 'node001', mac: '52:54:00:00:00:01', interfaces: { BOOTIF: '10.30.0.1' } }
    assert.deepEqual(fieldsOf('ansible', text), [{ name: 'login01' }, node])
    assert.equal(read('ansible', text)[1]?.place('mac'), 'f, line 8, column 16')
    const list = {
      _meta: { hostvars: { node001: { mac: node.mac, ansible_host: '10.30.0.1' } } },
      x: { hosts: ['node001'] },
    }
    assert.deepEqual(fieldsOf('ansible', JSON.stringify(list)), [node])
  })

  it('are read, or refused, whatever is in the file', () => {
    for (const format of ['warewulf', 'grendel', 'ansible']) {
      for (const text of [
        '',
        'nodes: 7\n',
        '{"nodes": {"a": 1}, "interfaces": [1, null]}',
        'all: {hosts: [1]}',
      ])
        try {
          read(format, text)
        } catch (error) {
          assert(error instanceof LunaError && error.code === 'invalid', format)
        }
    }
  })
})
