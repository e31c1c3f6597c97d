// What other programs are told, where names and addresses are not what they would like.
import assert from 'node:assert/strict'
import { ansibleFile, ansibleList } from '../../lib/render/export/ansible.ts'
import type { ExportedNode } from '../../lib/render/export/exported.ts'
import { renderGenders } from '../../lib/render/export/genders.ts'
import { parseHostKey, renderKnownHosts } from '../../lib/render/export/known-hosts.ts'
import { renderPrometheus } from '../../lib/render/export/prometheus.ts'
import { renderSlurm } from '../../lib/render/export/slurm.ts'

function node(name: string, more: Partial<ExportedNode> = {}): ExportedNode {
  const none = { mac: null, also: [], address: null, interfaces: [], switch: null, port: null, comment: '' }
  return { name, host: `${name}.cluster`, group: 'compute', image: 'os', ...none, ...more }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('renderSlurm', () => {
  const named = (...pairs: [string, string | null][]) =>
    linesOf(renderSlurm(pairs.map(([name, address]) => node(name, { address })))).filter((line) =>
      line.startsWith('NodeName'),
    )

  it('folds names and addresses that count up together, and no others', () => {
    assert.deepEqual(
      named(['n9', '10.30.0.9'], ['n10', '10.30.0.10'], ['n11', '10.30.0.12'], ['n12', '10.30.0.13']),
      [
        'NodeName=n[9-10] NodeAddr=10.30.0.[9-10] State=UNKNOWN',
        'NodeName=n[11-12] NodeAddr=10.30.0.[12-13] State=UNKNOWN',
      ],
    )
    assert.deepEqual(named(['n1', '10.30.0.255'], ['n2', '10.30.1.0']), [
      'NodeName=n1 NodeAddr=10.30.0.255 State=UNKNOWN',
      'NodeName=n2 NodeAddr=10.30.1.0 State=UNKNOWN',
    ])
    assert.deepEqual(named(['n099', '10.30.0.99'], ['n100', '10.30.0.100']), [
      'NodeName=n[099-100] NodeAddr=10.30.0.[99-100] State=UNKNOWN',
    ])
  })

  it('leaves an address out that slurm could not fold, or that there is none', () => {
    assert.deepEqual(named(['n1', 'fd00::1'], ['login', null]), [
      'NodeName=n1 State=UNKNOWN',
      'NodeName=login State=UNKNOWN',
    ])
  })

  it('names partitions by groups, as far as slurm takes the names', () => {
    const text = renderSlurm([
      node('a', { group: 'x+y' }),
      node('b', { group: 'x_y' }),
      node('c', { group: 'default' }),
    ])
    assert.deepEqual(
      linesOf(text).filter((line) => line.startsWith('Partition')),
      ['PartitionName=x_y Nodes=a,b State=UP', 'PartitionName=group_default Nodes=c State=UP'],
    )
    assert.doesNotMatch(renderSlurm([node('a', { group: null })]), /Partition/)
  })
})

describe('inventories of Ansible', () => {
  it('have groups that it takes, whatever groups are called', () => {
    const all = ['gpu-1', 'gpu_1', 'all', '1u', null].map((group, at) =>
      node(`n${at}`, { group, image: null }),
    )
    const { _meta: _, ...groups } = ansibleList(all) as Record<string, unknown>
    assert.deepEqual(groups, {
      gpu_1: { hosts: ['n0', 'n1'] },
      group_all: { hosts: ['n2'] },
      group_1u: { hosts: ['n3'] },
    })
    assert.deepEqual(Object.keys((ansibleFile(all) as { all: { hosts: object } }).all.hosts), [
      'n0',
      'n1',
      'n2',
      'n3',
      'n4',
    ])
  })

  it('break up what it would expand', () => {
    const list = ansibleList([node('n', { comment: '{{{ a }} {% b %} {# c #}' })]) as {
      _meta: { hostvars: Record<string, { luna_comment: string }> }
    }
    assert.doesNotMatch(list._meta.hostvars.n?.luna_comment ?? '', /\{[{%#]/)
  })
})

describe('renderGenders', () => {
  it('folds nodes that are alike, and gives no attribute twice', () => {
    const text = renderGenders([
      node('n1', { switch: 'sw01' }),
      node('n2', { switch: 'sw01' }),
      node('n3', { group: 'image', image: 'a=b,c' }),
      node('n4', { group: 'all', image: null }),
      node('n5', { group: null, image: null }),
    ])
    assert.deepEqual(linesOf(text), [
      'n[1-2] all,compute,group=compute,image=os,switch=sw01',
      'n3 all,group=image,image=a_b_c',
      'n4 all,group=all',
      'n5 all',
    ])
  })
})

describe('renderPrometheus', () => {
  it('has a list of targets for nodes of one group and image', () => {
    assert.deepEqual(
      JSON.parse(renderPrometheus([node('a'), node('b'), node('c', { group: null, image: null })], 9100)),
      [
        {
          targets: ['a.cluster:9100', 'b.cluster:9100'],
          labels: { luna_group: 'compute', luna_osimage: 'os' },
        },
        { targets: ['c.cluster:9100'], labels: {} },
      ],
    )
  })
})

describe('renderKnownHosts', () => {
  const text = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGuL root@image\n'

  it('takes a public key without its comment, and nothing that is none', () => {
    assert.equal(parseHostKey(text), 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGuL')
    for (const wrong of [
      '',
      'AAAA',
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      'ssh-rsa short',
      '@cert-authority * ssh-rsa AAAA',
    ])
      assert.equal(parseHostKey(wrong), undefined, wrong)
  })

  it('has a line per key, with all names and addresses but those of the BMC', () => {
    const key = parseHostKey(text)
    assert(key)
    const interfaces = [
      { name: 'BMC', ipv4: '10.31.0.1', ipv6: null },
      { name: 'BOOTIF', ipv4: '10.30.0.1', ipv6: 'fd00::1' },
    ]
    const nodes = [node('n1', { interfaces }), node('n2', { host: 'n2' })].map((one) => ({
      node: one,
      keys: [key],
    }))
    assert.deepEqual(linesOf(renderKnownHosts(nodes)), [`n1,n1.cluster,10.30.0.1,fd00::1,n2 ${key}`])
  })
})
