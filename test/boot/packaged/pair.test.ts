// Two heads with the package, made as luna-install(7) says, with a database that both reach and a pair of
// dhcpd. A node boots from the one that has the frontend address; while it downloads, that head loses its
// power.
import assert from 'node:assert/strict'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../../../lib/host/run.ts'
import { allCases } from '../../all-cases.ts'
import { type Boot, boot } from '../../lab/boot.ts'
import { nodeStatus } from '../../lab/cluster.ts'
import { labFolder } from '../../lab/machine.ts'
import { fullSpeed, network, nodeMac, slowDown, tapOf } from '../../lab/net.ts'
import { giveAddress, headLines, type PackagedHead, rootOf, startHead } from '../../lab/packaged.ts'
import { type MongoServer, noMongoServer, startMongoServer } from '../../store/mongo-server.ts'
import { factsOf } from '../verdict.ts'
import { answer } from './requests.ts'
import { room } from './stage.ts'

const own = { first: '10.30.255.252', second: '10.30.255.253' } as const
const floating = `${network.server}/${network.prefix}`
const conf = `[MongoDB]\nserver=${network.lab}\n`

if (allCases)
  describe('two heads that the package makes', function () {
    this.bail(true)
    let database: MongoServer | undefined
    let door: Server | undefined
    const heads: PackagedHead[] = []
    let node: Boot | undefined
    const [first, second] = [() => head(0), () => head(1)]

    function head(index: number): PackagedHead {
      return heads[index] ?? assert.fail('there is no such head')
    }

    before(async () => {
      database = await startMongoServer()
      assert.ok(database, noMongoServer)
      door = openDoor(Number(new URL(database.uri).port))
      const key = await makeKey()
      for (const name of ['first', 'second'] as const) {
        const root = rootOf(name)
        await giveAddress(root, own[name])
        await letIn(root, key)
        await writeFile(join(root, 'etc/luna.conf'), conf)
        heads.push(await startHead(root, name, room().image))
      }
    })
    afterEach(async function () {
      if (this.currentTest?.state !== 'failed') return
      if (node) console.log(`--- console of the node\n${node.vm.console.tail(60)}`)
      for (const each of heads) {
        const said = await each.container.shell('journalctl -q --no-pager -n 60 -t dhcpd -t named')
        console.log(`--- dhcpd and named\n${said}`)
      }
    })
    after(async () => {
      await node?.vm.stop()
      for (const each of heads) await each.remove()
      door?.close()
      await database?.stop()
    })

    /** The frontend address goes over as a cluster manager has it. */
    const move = async (to: PackagedHead, from?: PackagedHead) => {
      await from?.container.shell(`ip addr del ${floating} dev host0`)
      await to.container.shell(`ip addr add ${floating} dev host0`)
      await run('ip', ['neigh', 'flush', 'to', network.server])
    }

    it('are made by luna setup on each while it has the frontend address', async () => {
      const [, setup = '', ...rest] = headLines()
      await move(first())
      await first().container.shell(setup)
      await first().luna('cluster', 'change', '--cluster_ips', Object.values(own).join())
      await move(second(), first())
      await second().container.shell(setup)
      // the doctor finds that the pair is not one yet
      for (const line of rest) await second().container.shell(line.replace(/^luna doctor$/, ':'))
      await second().luna('cluster', 'makedhcp', '--native_dhcp_ha')
      await second().luna('cluster', 'makedns')
      await second().luna('cluster', 'sync')
      await first().luna('cluster', 'makenginx')
    })

    it('have nothing that the doctor finds wrong', async () => {
      for (const each of [first(), second()]) {
        const { stdout, status } = await each.container.run('luna', 'doctor')
        assert.notEqual(status, 1, stdout)
      }
    })

    it('stay what they are when luna setup is given again', async () => {
      const { stderr } = await second().container.run('luna', 'setup')
      assert.equal(stderr, 'INFO:luna:everything is as it should be\n')
    })

    it('are a failover pair of dhcpd in state normal', async () => {
      for (const each of [first(), second()])
        await each.container.shell(
          'for try in $(seq 120); do journalctl -q -t dhcpd | grep -q "I move from .* to normal" && exit 0; sleep 1; done; exit 1',
        )
    })

    it('boot a node whose head loses its power in the middle of the download', async () => {
      const spec = { name: 'node001', mac: nodeMac(1), firmware: 'bios' } as const
      node = await boot(spec)
      await node.vm.console.waitFor(/^luna: step install\.download/m, 600_000)
      await slowDown(tapOf('node001'), '8mbit')
      await delay(5000)
      assert.match((await nodeStatus('node001', first().luna)) ?? '', /^install\.download/)
      await second().container.kill()
      await move(first())
      assert.match(await answer(), /^#!ipxe\n/)
      await fullSpeed(tapOf('node001'))
      await node.up
      assert.equal((await factsOf(node.vm)).system, 'running')
      assert.equal(await nodeStatus('node001', first().luna), 'install.success')
    })

    it('are a pair again when the power is back, and the address may go back', async () => {
      await second().container.boot()
      await second().container.shell(
        'for try in $(seq 120); do journalctl -b -q -t dhcpd | grep -q "I move from .* to normal" && exit 0; sleep 1; done; exit 1',
      )
      await move(second(), first())
      assert.match(await answer(), /^#!ipxe\n/)
      await second().luna('node', 'add', '-g', 'compute')
      await second().luna('cluster', 'make')
      const { stdout, status } = await second().container.run('luna', 'doctor')
      assert.notEqual(status, 1, stdout)
    })
  })

/** Lets the heads reach the database, which is this machine's own. */
function openDoor(port: number): Server {
  const server = createServer((client) => {
    const inside = connect(port, '127.0.0.1')
    for (const end of [client, inside]) {
      end.on('error', () => [client, inside].map((each) => each.destroy()))
      // A head that lost its power ends no connection: this process shall not wait for that.
      end.unref()
    }
    client.pipe(inside).pipe(client)
  })
  return server.listen(27017, network.lab)
}

/** A key pair for root of both: the path of the private one. */
async function makeKey(): Promise<string> {
  const key = join(labFolder, 'key-of-heads')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'heads', '-f', key])
  return key
}

/** Root of each head reaches root of the other, and knows it. */
async function letIn(root: string, key: string): Promise<void> {
  const folder = join(root, 'root/.ssh')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'id_ed25519'), await readFile(key), { mode: 0o600 })
  await appendFile(join(folder, 'authorized_keys'), await readFile(`${key}.pub`))
  const host = (await readFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')).trim()
  await writeFile(
    join(folder, 'known_hosts'),
    Object.values(own)
      .map((at) => `${at} ${host}\n`)
      .join(''),
  )
}
