// luna export: every file is judged by the program that it is for, with a rack of 200 nodes that came in from
// a table.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../../lib/config.ts'
import { openStore } from '../../lib/store/open.ts'
import { changeGroup } from '../../lib/task/change/group.ts'
import { addSwitches } from '../../lib/task/change/switch.ts'
import { useSite } from '../cli/luna.ts'
import { fillSite } from '../task/site.ts'
import { lacking, lackingProgram } from './namespace.ts'
import { skipUnless } from './skip.ts'

const rack = Array.from({ length: 200 }, (_, at) => {
  const number = String(at + 1).padStart(3, '0')
  const mac = `52:54:00:00:01:${(at + 1).toString(16).padStart(2, '0')}`
  return `node${number},compute,${mac},sw01,${at + 1},"rack 1, {{ lookup('pipe', 'false') }} #${at}"`
})

describe('luna export', function () {
  this.timeout(120_000)
  const site = useSite()
  const at = (name: string) => join(site.dir, name)

  /** Writes the file and gives its place. */
  function exported(name: string, ...args: string[]): string {
    const ran = site.luna(['export', ...args, '-o', at(name)])
    assert.deepEqual([ran.status, ran.stdout], [0, ''], ran.stderr)
    return at(name)
  }
  const judged = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' })

  before(async () => {
    const store = await openStore(loadConfig({ LUNA_CONF: at('luna.conf') }))
    await fillSite(store)
    await addSwitches(store, { names: ['sw01'], network: 'cluster', ip: '10.30.253.1' })
    await changeGroup(store, 'compute', { domain: 'cluster' })
    const image = await store.getNamed('osimage', 'os')
    await store.update('osimage', image.id, { path: at('image') })
    await store.close()
    writeFileSync(at('rack.csv'), `name,group,mac,switch,port,comment\n${rack.join('\n')}\n`)
    const ran = site.luna(['node', 'import', at('rack.csv')])
    assert.equal(ran.status, 0, ran.stderr)
  })

  it('hosts: the C library finds each name and address', function () {
    skipUnless(this, lacking(['unshare', 'getent']))
    const file = exported('hosts', 'hosts')
    const ask = (...keys: string[]) =>
      judged(
        'unshare',
        '-m',
        'sh',
        '-c',
        `mount --bind "$0" /etc/hosts && getent -s files ahostsv4 "$@" | cat`,
        file,
        ...keys,
      )
    for (const [name, address] of [
      ['node200', '10.30.0.200'],
      ['node007.cluster', '10.30.0.7'],
      ['node007.ipmi', '10.31.0.7'],
      ['sw01', '10.30.253.1'],
      ['localhost', '127.0.0.1'],
    ] as const)
      assert.match(ask(name), new RegExp(`^${address.replaceAll('.', '\\.')}\\s`), name)
    const all = readFileSync(file, 'utf8')
    assert.equal(all.match(/^10\.3[01]\.\S+\tnode/gm)?.length, 400)
    const some = site.luna(['export', 'hosts', 'node[001-002],!node001']).stdout
    assert.deepEqual(some.match(/^10.*$/gm), [
      '10.30.0.2\tnode002.cluster node002',
      '10.31.0.2\tnode002.ipmi',
    ])
  })

  for (const [what, args] of [
    ['as a file', ['ansible']],
    ['as a script', undefined],
  ] as const)
    it(`ansible: the inventory is read ${what}, and a comment is no template`, function () {
      skipUnless(this, lackingProgram(['ansible-inventory']))
      const source = args ? exported('inventory.yaml', ...args) : inventoryScript(site.dir)
      const list = JSON.parse(judged('ansible-inventory', '-i', source, '--list'))
      assert.equal(list.compute.hosts.length, 200)
      assert.deepEqual(list.image_os.hosts, list.compute.hosts)
      const { node007 } = list._meta.hostvars
      assert.equal(node007.ansible_host, '10.30.0.7')
      assert.equal(node007.luna_interfaces.BMC.ipv4, '10.31.0.7')
      const host = JSON.parse(judged('ansible-inventory', '-i', source, '--host', 'node007'))
      assert.equal(host.luna_mac, '52:54:00:00:01:07')
      const shown = spawnSync(
        'ansible',
        ['-i', source, 'node007', '-c', 'local', '-m', 'debug', '-a', 'var=luna_comment'],
        {
          encoding: 'utf8',
        },
      )
      assert.match(shown.stdout, /lookup\('pipe', 'false'\)/)
    })

  it('slurm: slurmctld takes the nodes and a partition for each group', async function () {
    skipUnless(this, lackingProgram(['slurmctld', 'scontrol']))
    exported('nodes.conf', 'slurm')
    const [port, slurm] = [20_000 + (process.pid % 20_000), at('slurm.conf')]
    mkdirSync(at('state'))
    writeFileSync(slurm, slurmConf(site.dir, port))
    const controller = spawn('slurmctld', ['-D', '-c', '-f', slurm], { stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      const env = { ...process.env, SLURM_CONF: slurm }
      const control = (...args: string[]) =>
        spawnSync('scontrol', args, { env, encoding: 'utf8', timeout: 20_000 })
      await answering(controller, () => control('ping').stdout)
      assert.match(control('show', 'partition', 'compute').stdout, /Nodes=node\[001-200\]/)
      const node = control('show', 'node', 'node200').stdout
      assert.match(node, /NodeName=node200 /)
      assert.match(node, /NodeAddr=10\.30\.0\.200 /)
    } finally {
      controller.kill('SIGKILL')
    }
  })

  it('genders: nodeattr finds the file in order, and the nodes by their attributes', function () {
    skipUnless(this, lackingProgram(['nodeattr']))
    const file = exported('genders', 'genders')
    assert.match(judged('nodeattr', '-f', file, '-k'), /^$|0 errors/)
    assert.equal(judged('nodeattr', '-f', file, '-q', 'compute').trim(), 'node[001-200]')
    assert.equal(judged('nodeattr', '-f', file, '-v', 'node007', 'image').trim(), 'os')
    assert.equal(judged('nodeattr', '-f', file, '-q', 'switch=sw01').trim(), 'node[001-200]')
  })

  it('prometheus: promtool takes the targets', function () {
    skipUnless(this, lackingProgram(['promtool']))
    exported('nodes.json', 'prometheus', '--port', '9101')
    const jobs = 'scrape_configs:\n- job_name: nodes\n  file_sd_configs:\n  - files: [nodes.json]\n'
    writeFileSync(at('prometheus.yml'), jobs)
    assert.match(judged('promtool', 'check', 'config', at('prometheus.yml')), /SUCCESS/)
    const found = JSON.parse(
      judged('promtool', 'check', 'service-discovery', '--timeout=5s', at('prometheus.yml'), 'nodes'),
    )
    assert.equal(found.length, 200)
    assert.equal(found[6].labels.__address__, 'node007.cluster:9101')
    assert.equal(found[6].labels.luna_group, 'compute')
  })

  it('ssh-known-hosts: ssh-keygen finds the keys of the image by name and address', function () {
    skipUnless(this, lackingProgram(['ssh-keygen']))
    const bare = site.luna(['export', 'ssh-known-hosts'])
    assert.match(
      bare.stderr,
      /left out: the nodes of osimage os: no host keys in .*\(lchroot os ssh-keygen -A\)/,
    )
    mkdirSync(at('image/etc/ssh'), { recursive: true })
    for (const kind of ['ed25519', 'ecdsa'])
      judged('ssh-keygen', '-q', '-t', kind, '-N', '', '-f', at(`image/etc/ssh/ssh_host_${kind}_key`))
    const file = exported('known', 'ssh-known-hosts')
    const key = readFileSync(at('image/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8').split(' ')[1] ?? ''
    for (const name of ['node200', 'node007.cluster', '10.30.0.7'])
      assert.ok(judged('ssh-keygen', '-F', name, '-f', file).includes(key), name)
    assert.equal(spawnSync('ssh-keygen', ['-F', '10.31.0.7', '-f', file]).status, 1)
  })

  it('dhcpd: dhcpd takes the reservations into a configuration of its own', function () {
    skipUnless(this, lackingProgram(['dhcpd']))
    assert.equal(site.luna(['node', 'change', 'node001', '--also', '52:54:00:00:02:01']).status, 0)
    const file = exported('reservations', 'dhcpd')
    assert.equal(readFileSync(file, 'utf8').match(/^host /gm)?.length, 201)
    writeFileSync(at('dhcpd.conf'), `subnet 10.30.0.0 netmask 255.255.0.0 {}\ninclude "${file}";\n`)
    const ran = spawnSync('dhcpd', ['-t', '-cf', at('dhcpd.conf'), '-lf', at('leases')], { encoding: 'utf8' })
    assert.equal(ran.status, 0, ran.stderr)
  })

  it('csv: luna itself takes it back, and nothing is changed', () => {
    const ran = site.luna(['node', 'import', exported('nodes.csv', 'csv', '-g', 'compute')])
    assert.deepEqual([ran.status, /changed|added/.test(ran.stderr)], [0, false], ran.stderr)
  })

  it('leaves a file alone that says the same, and keeps the mode of one that does not', () => {
    const file = at('genders.own')
    writeFileSync(file, 'old', { mode: 0o640 })
    assert.match(site.luna(['export', 'genders', '-o', file]).stderr, /written/)
    const { ino, mode } = statSync(file)
    assert.equal(mode & 0o777, 0o640)
    assert.match(site.luna(['export', 'genders', '-o', file]).stderr, /it was so before/)
    assert.equal(statSync(file).ino, ino)
    const ran = site.luna(['export', 'genders', '-o', at('nowhere/genders')])
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /make the directory/)
  })
})

/** The script beside the packages, with the luna and the database of the test. */
function inventoryScript(dir: string): string {
  const top = join(import.meta.dirname, '../..')
  const script = join(dir, 'inventory')
  const text = readFileSync(join(top, 'packaging/ansible/inventory'), 'utf8')
  const own = `export LUNA_CONF='${join(dir, 'luna.conf')}'\nPATH='${join(top, 'bin')}':$PATH\n`
  writeFileSync(script, text.replace('\n', `\n${own}`), { mode: 0o755 })
  return script
}

function slurmConf(dir: string, port: number): string {
  return [
    'ClusterName=test',
    'SlurmctldHost=localhost',
    `SlurmctldPort=${port}`,
    ...['AuthType=auth/none', 'CredType=cred/none', 'SlurmUser=root', 'MpiDefault=none'],
    ...['ProctrackType=proctrack/linuxproc', 'SwitchType=switch/none', 'SelectType=select/linear'],
    'MailProg=/bin/true',
    `StateSaveLocation=${join(dir, 'state')}`,
    `SlurmctldPidFile=${join(dir, 'slurmctld.pid')}`,
    'Include nodes.conf',
    '',
  ].join('\n')
}

/** Waits until the controller answers; fails with what it said when it ends before. */
async function answering(controller: ChildProcess, ask: () => string): Promise<void> {
  let said = ''
  for (const stream of [controller.stdout, controller.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = once(controller, 'exit')
  for (let tries = 0; tries < 60; tries++) {
    if (controller.exitCode !== null || controller.signalCode !== null) break
    if (/is UP/.test(ask())) return
    await Promise.race([delay(500), ended])
  }
  assert.fail(`slurmctld does not answer: ${said}`)
}
