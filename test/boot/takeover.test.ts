// Two heads over one store, and a node that is downloading when the frontend address goes
// from one to the other.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../../lib/host/run.ts'
import { hold, type Party } from '../ha/pair.ts'
import { nodeStatus } from '../lab/cluster.ts'
import { places } from '../lab/machine.ts'
import { network, slowDown, tapOf } from '../lab/net.ts'
import { newNode, powerOn } from './stage.ts'
import { factsOf } from './verdict.ts'

const floating = `${network.server}/${network.prefix}`
const bin = join(import.meta.dirname, '../../bin')
const log = (name: string) => join(places.logs, `second-${name}.log`)

describe('a node whose head goes away', () => {
  let second: Party | undefined

  before(async () => {
    second = await secondHead()
  })
  after(async () => {
    await second?.end()
    await run('ip', ['addr', 'add', floating, 'dev', network.bridge], { allowFailure: true })
  })

  it('gets the rest of its image from the head that has the frontend address now, and comes up', async () => {
    const node = await newNode()
    const { vm, up } = await powerOn(node, 'bios')
    await vm.console.waitFor(/^luna: step install\.download/m, 300_000)
    // 83 MB in half a minute: the head can go away in the middle
    await slowDown(tapOf(node.name), '24mbit')
    await delay(8000)
    assert.match((await nodeStatus(node.name)) ?? '', /^install\.download/, 'it is in the middle of it')
    await takeOver()
    await up
    assert.equal(await nodeStatus(node.name), 'install.success')
    assert.match(
      await readFile(log('access'), 'utf8'),
      new RegExp(`node=${node.name}&status=install\\.success`),
    )
    assert.equal((await factsOf(vm)).system, 'running')
  })

  /** The address goes over as a cluster manager has it: away here, there there, and everybody is told. */
  async function takeOver(): Promise<void> {
    await run('ip', ['addr', 'del', floating, 'dev', network.bridge])
    await second?.must('ip', 'addr', 'add', floating, 'dev', 'eth0')
    // with arp_notify the kernel tells the neighbours when a device goes up (ip-sysctl)
    await second?.must('ip', 'link', 'set', 'eth0', 'up')
  }
})

/**
 * Network, processes and /run/luna of its own; the store, the images and the
 * configuration are those of the lab.
 */
async function secondHead(): Promise<Party> {
  const own = 'mount -t tmpfs -o mode=755 second /run/luna; chown luna:luna /run/luna'
  const head = await hold(process.env, own)
  await run('ip', [
    'link',
    'add',
    'to-second',
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    String(head.pid),
  ])
  await run('ip', ['link', 'set', 'to-second', 'master', network.bridge, 'up'])
  await head.must('sysctl', '-q', '-w', 'net.ipv4.conf.eth0.arp_notify=1')
  const conf = join(places.logs, 'second-nginx.conf')
  await writeFile(conf, nginxConfiguration)
  await start(head, 'nginx', `nginx -c ${conf} -e ${log('nginx')}`)
  for (const program of ['lweb', 'ltorrent']) {
    await start(head, program, `${process.execPath} ${join(bin, program)} run`)
    while (!/\bstarted\b/.test(await readFile(log(program), 'utf8'))) await delay(50)
  }
  return head
}

const nginxConfiguration = `daemon off; user www-data; pid /run/luna/nginx.pid;
events { }
http { access_log ${log('access')}; include /etc/nginx/conf.d/*.conf; }
`

/** It ends with the namespaces of the head. */
async function start(head: Party, name: string, command: string): Promise<void> {
  await head.must(
    'sh',
    '-c',
    `RUNTIME_DIRECTORY=/run/luna setsid ${command} >>${log(name)} 2>&1 </dev/null &`,
  )
}
