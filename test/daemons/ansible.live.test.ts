// The Ansible collection, by Ansible itself, against a store in a file: what is not so yet is changed once,
// and --check changes nothing.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, join } from 'node:path'
import { useSite } from '../cli/luna.ts'
import { lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'

const top = join(import.meta.dirname, '../..')

interface TaskResult {
  readonly changed: boolean
  readonly failed?: boolean
  readonly msg?: string
  readonly warnings?: readonly string[]
  readonly diff?: { readonly before: string; readonly after: string }
}

describe('the Ansible collection', function () {
  this.timeout(300_000)
  const site = useSite()
  before(function () {
    skipUnless(this, lackingProgram(['ansible-playbook']))
    mkdirSync(join(site.dir, 'image/boot'), { recursive: true })
    mkdirSync(join(site.dir, 'image/lib/modules/6.1.0-9-amd64'), { recursive: true })
    writeFileSync(join(site.dir, 'image/boot/vmlinuz-6.1.0-9-amd64'), '')
  })

  /** Runs tasks one after the other, whether they fail or not, and gives the result of each. */
  function play(tasks: readonly Record<string, unknown>[], ...args: string[]): TaskResult[] {
    const kept = tasks.map((task, at) => ({ ...task, register: `result${at}`, ignore_errors: true }))
    const [file, results] = [join(site.dir, 'play.json'), join(site.dir, 'results.json')]
    const all = tasks.map((_, at) => `result${at}`).join(', ')
    const copy = { content: `{{ [${all}] | to_json }}`, dest: results }
    const last = { 'ansible.builtin.copy': copy, check_mode: false, diff: false }
    const playbook = { hosts: 'localhost', connection: 'local', gather_facts: false, tasks: [...kept, last] }
    writeFileSync(file, JSON.stringify([playbook]))
    const ran = spawnSync('ansible-playbook', [file, ...args], { env: environment(), encoding: 'utf8' })
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
    return JSON.parse(readFileSync(results, 'utf8'))
  }

  function environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${join(top, 'bin')}:${process.env.PATH}`,
      LUNA_CONF: join(site.dir, 'luna.conf'),
      LUNA_LOGDIR: join(site.dir, 'log'),
      HOME: site.dir,
      PYTHONDONTWRITEBYTECODE: '1',
      ANSIBLE_COLLECTIONS_PATHS: join(top, 'packaging/ansible'),
      ANSIBLE_LOCALHOST_WARNING: 'false',
      ANSIBLE_PYTHON_INTERPRETER: 'auto_silent',
    }
  }

  const changed = (results: readonly TaskResult[]) => results.map((one) => one.changed)
  const failure = (results: readonly TaskResult[]) =>
    results.flatMap(({ failed, msg }) => (failed ? [msg ?? ''] : []))[0]
  const json = (...args: string[]) => JSON.parse(site.luna([...args, '--json']).stdout)

  const cluster = () => ({
    'luna.cluster.luna_cluster': {
      frontend_address: '10.30.255.254',
      user: userInfo().username,
      path: site.dir,
      frontend_https: false,
      tracker_interval: 20,
    },
  })
  const objects = (): Record<string, unknown>[] => [
    { 'luna.cluster.luna_network': { name: 'cluster', network: '10.30.0.0', prefix: 16 } },
    { 'luna.cluster.luna_network': { name: 'ipmi', address: '10.31.0.0', prefix: 16, comment: 'BMCs' } },
    { 'luna.cluster.luna_osimage': { name: 'compute', path: join(site.dir, 'image'), kernopts: 'quiet' } },
    { 'luna.cluster.luna_bmcsetup': { name: 'base', user: 'admin', password: 'sesame', userid: 4 } },
    { 'luna.cluster.luna_switch': { name: 'sw01', network: 'cluster', ip: '10.30.253.1', read: 'inside' } },
    { 'luna.cluster.luna_otherdev': { name: 'pdu01', connected: { cluster: '10.30.252.1' } } },
    {
      'luna.cluster.luna_group': {
        name: 'compute',
        osimage: 'compute',
        bmcsetup: 'base',
        interfaces: { BOOTIF: 'cluster', BMC: { ipv4: 'ipmi' } },
        prescript: 'true\necho "$1 {x}"',
      },
    },
    {
      'luna.cluster.luna_node': {
        name: 'node007',
        group: 'compute',
        mac: '52:54:00:00:00:07',
        switch: 'sw01',
        port: 7,
        interfaces: { BOOTIF: '10.30.0.7' },
        localboot: true,
      },
    },
  ]

  it('has documentation that ansible-doc reads, of every parameter of every module', () => {
    const plugins = join(top, 'packaging/ansible/ansible_collections/luna/cluster/plugins/modules')
    const names = readdirSync(plugins).map((file) => basename(file, '.py'))
    const modules = names.map((name) => `luna.cluster.${name}`)
    const ran = spawnSync('ansible-doc', ['-t', 'module', '-j', ...modules], {
      env: environment(),
      encoding: 'utf8',
    })
    assert.equal(ran.status, 0, ran.stderr)
    const docs = JSON.parse(ran.stdout)
    for (const name of names) {
      const { doc, examples, return: returned } = docs[`luna.cluster.${name}`]
      const source = readFileSync(join(plugins, `${name}.py`), 'utf8')
      const own = [...source.matchAll(/^ {4}(\w+)=dict\(/gm)].map((found) => found[1])
      const common = name === 'luna_cluster' ? [] : ['name', 'state', 'comment']
      assert.deepEqual(Object.keys(doc.options).sort(), [...own, ...common].sort(), name)
      assert.match(examples, new RegExp(`luna\\.cluster\\.${name}:`))
      assert.ok('differences' in returned, name)
      assert.equal(doc.attributes.check_mode.support, 'full', name)
    }
  })

  it('makes a cluster, and changes it where it is another one', () => {
    assert.deepEqual(changed(play([cluster()], '--check')), [true])
    assert.equal(site.luna(['cluster', 'show']).status, 255)
    const made = play([cluster()])
    assert.deepEqual(changed(made), [true], failure(made))
    assert.equal(json('cluster', 'show').tracker_interval, 20)
    assert.deepEqual(changed(play([cluster()])), [false])
  })

  it('makes objects of every kind once', () => {
    const first = play(objects())
    assert.equal(failure(first), undefined)
    assert.deepEqual(
      changed(first),
      objects().map(() => true),
    )
    const node = json('node', 'show', 'node007')
    assert.deepEqual(
      [
        node.mac,
        node.switch,
        node.port,
        node.localboot,
        node.interfaces.BOOTIF.ipv4,
        node.interfaces.BMC.ipv4,
      ],
      ['52:54:00:00:00:07', 'sw01', '7', true, '10.30.0.7', '10.31.0.1'],
    )
    assert.equal(json('group', 'show', 'compute').prescript, 'true\necho "$1 {x}"')
    assert.equal(json('network', 'show', 'ipmi').comment, 'BMCs')
    assert.deepEqual(
      changed(play(objects())),
      objects().map(() => false),
    )
  })

  it('says with --check and --diff what it would do, and does not', () => {
    const before = site.luna(['db', 'export']).stdout
    const task = { 'luna.cluster.luna_node': { name: 'node007', comment: 'hot', localboot: false } }
    const secret = { 'luna.cluster.luna_bmcsetup': { name: 'base', password: 'other' } }
    const gone = { 'luna.cluster.luna_node': { name: 'node007', state: 'absent' } }
    const [first, second, third] = play([task, secret, gone], '--check', '--diff')
    assert.deepEqual(first?.diff, {
      before: 'node node007 localboot: yes\n',
      after: 'node node007 comment: hot\nnode node007 localboot: no\n',
    })
    assert.doesNotMatch(JSON.stringify(second), /sesame|other/)
    assert.deepEqual([second?.changed, third?.changed], [true, true])
    assert.equal(site.luna(['db', 'export']).stdout, before)
  })

  it('fails with what luna says, and nothing is changed', () => {
    const before = site.luna(['db', 'export']).stdout
    const wrong = { 'luna.cluster.luna_node': { name: 'node008', group: 'compute', mac: 'zz' } }
    assert.match(failure(play([wrong])) ?? '', /mac cannot be "zz": it is not a MAC address/)
    const used = { 'luna.cluster.luna_network': { name: 'cluster', state: 'absent' } }
    assert.match(failure(play([used], '--check')) ?? '', /cluster/)
    assert.equal(site.luna(['db', 'export']).stdout, before)
  })

  it('takes objects away once', () => {
    const gone = (kind: string, name: string) => ({
      [`luna.cluster.luna_${kind}`]: { name, state: 'absent' },
    })
    const tasks = [
      gone('node', 'node007'),
      gone('group', 'compute'),
      gone('otherdev', 'pdu01'),
      gone('switch', 'sw01'),
      gone('bmcsetup', 'base'),
      gone('osimage', 'compute'),
      gone('network', 'ipmi'),
    ]
    const first = play(tasks)
    assert.equal(failure(first), undefined)
    assert.deepEqual(
      changed(first),
      tasks.map(() => true),
    )
    assert.deepEqual(
      changed(play(tasks)),
      tasks.map(() => false),
    )
    assert.deepEqual(json('node', 'list'), [])
  })
})
