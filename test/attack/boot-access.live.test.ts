// Who gets an install script, and who may say how an installation goes.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { changeAddress } from './net.ts'
import { addresses, bmcPassword, macs, needsStage, type Seat, Stage } from './stage.ts'

const script = (node: string) => `/luna?step=install&node=${node}`
const status = (node: string, step: string) => `${script(node)}&status=${step}`
const discovery = (mac: string, more = '') => `/luna?step=discovery&hwdata=%7C${mac}${more}`

describe('boot access', () => {
  let stage: Stage
  before(async function () {
    needsStage(this)
    this.timeout(90_000)
    stage = await Stage.start()
  })
  after(async () => await stage?.close())

  const macOf = (name: string) =>
    stage.store(async (store) => await store.macOf((await store.getNamed('node', name)).id))

  it('gives the menu to everybody', () => {
    for (const seat of ['node001', 'node002', 'neighbour', 'far'] as const)
      assert.equal(stage.get(seat, '/luna?step=boot').status, 200, seat)
  })

  it('gives a node its script, also behind a router, and the heads that of any', () => {
    for (const [seat, node] of [
      ['node001', 'node001'],
      ['far', 'node004'],
      ['head', 'node001'],
    ] as const) {
      const { status, body } = stage.get(seat, script(node))
      assert.deepEqual([status, body.includes(`# Installs the node ${node}.`)], [200, true], seat)
    }
    assert.equal(stage.get('head', `http://127.0.0.1:7050${script('node001')}`).status, 200)
  })

  it('gives nobody the script of another node, and logs who asked (A1, A13)', () => {
    for (const [seat, node] of [
      ['neighbour', 'node001'],
      ['node002', 'node001'],
      ['node001', 'node004'],
      ['far', 'node003'],
      ['far', 'node001'],
    ] as const) {
      const { status, body } = stage.get(seat, script(node))
      assert.equal(status, 403, `${seat} for ${node}: ${body}`)
      assert.doesNotMatch(body, new RegExp(bmcPassword))
    }
    const line = stage.log('lweb').match(/^.*request refused.*remote=10\.30\.0\.66 .*$/m)?.[0] ?? ''
    assert.match(line, new RegExp(`mac=${macs.neighbour} `))
  })

  it('tells a console why, and which command lets the machine in', () => {
    const { body } = stage.get('neighbour', script('node001'))
    assert.equal(body.split('\n').length, 2)
    assert.match(body, /^who asks is not node001: 10\.30\.0\.66 has the MAC address 52:54:00:00:00:66 /)
    assert.match(body, /luna node change node001 --mac 52:54:00:00:00:66; .*--boot_access open/)
  })

  it('shows who asks why the node does not boot who was refused last', async () => {
    stage.get('neighbour', script('node002'))
    let links: { link: string; seen: string; fix: string }[] = []
    for (let tries = 0; tries < 50 && links.length === 0; tries++) {
      await delay(100)
      const { chain } = JSON.parse(stage.command('luna', ['node', 'why', 'node002', '--json']).stdout)
      links = chain.filter(({ link }: { link: string }) => link === 'boot access')
    }
    assert.match(
      links[0]?.seen ?? '',
      /asked from 10\.30\.0\.66: who asks is not node002: .*52:54:00:00:00:66$/,
    )
    assert.match(links[0]?.fix ?? '', /^luna node change node002 --mac 52:54:00:00:00:66/)
  })

  it('believes in the MAC address, whatever address a node has there', () => {
    changeAddress('node001', 'add', '10.30.200.7/16')
    const from = { options: ['--interface', '10.30.200.7'] }
    assert.equal(stage.get('node001', script('node001'), from).status, 200)
    changeAddress('node001', 'del', '10.30.200.7/16')
  })

  it('takes no address for a MAC address: not even that of the node', () => {
    changeAddress('node002', 'add', '10.30.0.77/16')
    assert.equal(
      stage.get('node002', script('node001'), { options: ['--interface', '10.30.0.77'] }).status,
      403,
    )
    changeAddress('node002', 'del', '10.30.0.77/16')
  })

  it('does not believe what a client says of itself in headers', () => {
    const options = ['-H', 'X-Real-IP: 10.30.0.1', '-H', 'X-Forwarded-For: 127.0.0.1', '-H', 'LUNA_KEY: x']
    assert.equal(stage.get('neighbour', script('node001'), { options }).status, 403)
  })

  it('takes statuses of the node alone, and only while it is installed, then up once (A5)', async () => {
    await stage.setStep('node001', 'boot.request')
    const says = (seat: Seat, step: string) => stage.get(seat, status('node001', step)).status
    assert.equal(says('neighbour', 'install.success'), 403)
    assert.equal(says('node001', 'install.success'), 403)
    assert.equal(await stage.stepOf('node001'), 'boot.request')
    assert.equal(stage.get('node001', script('node001')).status, 200)
    assert.equal(says('neighbour', 'install.success'), 403)
    for (const step of ['install.prescript', 'my.own', 'install.error.my', 'install.success', 'up']) {
      assert.equal(says('node001', step), 200, step)
      assert.equal(await stage.stepOf('node001'), step)
    }
    assert.equal(says('node001', 'up'), 403)
    assert.equal(says('node001', 'install.download'), 403)
    assert.equal(await stage.stepOf('node001'), 'up')
    assert.equal(says('head', 'install.success'), 200)
    assert.match(stage.log('lweb'), /node status node=node001 step=my\.own remote=10\.30\.0\.1$/m)
  })

  it('has nobody else undo the status of a node that is installed', async () => {
    await stage.setStep('node001', 'install.unpack')
    assert.equal(stage.get('neighbour', discovery(macs.node001)).status, 200)
    assert.equal(await stage.stepOf('node001'), 'install.unpack')
    assert.equal(stage.get('node001', discovery(macs.node001)).status, 200)
    assert.equal(await stage.stepOf('node001'), 'boot.request')
    assert.match(stage.log('lweb'), /node discovered node=node001 .*remote=10\.30\.0\.66 itself=no$/m)
  })

  it('lets no machine be another node that has an address (A4)', async () => {
    for (const [mac, node] of [
      ['de:ad:be:ef:00:01', 'node002'],
      [macs.neighbour, 'node002'],
      [macs.node001, 'node003'],
      ['de:ad:be:ef:00:01', 'node003'],
    ] as const) {
      assert.equal(stage.get('neighbour', discovery(mac, `&node=${node}`)).status, 403, `${mac} ${node}`)
    }
    assert.deepEqual([await macOf('node001'), await macOf('node002')], [macs.node001, macs.node002])
    assert.equal(await macOf('node003'), undefined)
  })

  it('lets a machine at the menu become a node that has no address yet; heads may do more', async () => {
    assert.equal(stage.get('neighbour', discovery(macs.neighbour, '&node=node003')).status, 200)
    assert.equal(await macOf('node003'), macs.neighbour)
    assert.equal(stage.get('head', discovery('52:54:00:00:00:99', '&node=node003')).status, 200)
    assert.equal(await macOf('node003'), '52:54:00:00:00:99')
  })

  it('believes nobody who speaks FastCGI to lweb itself (A14)', () => {
    const client = join(import.meta.dirname, 'fastcgi-client.ts')
    const args = [client, script('node001'), '127.0.0.1', '600']
    const { stdout } = stage.run('head', process.execPath, args)
    assert.match(stdout, /Status: 403/)
    assert.doesNotMatch(stdout, /Installs the node/)
    assert.match(stage.log('lweb'), /not from nginx/)
    const key = stage.run('head', 'cat', [`${stage.dir}/conf.d/.luna.key`])
    assert.equal(key.stdout, '')
  })

  it('is as open as the first Luna where the cluster says so', async () => {
    stage.luna('cluster', 'change', '--boot_access', 'open')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    assert.match(stage.get('neighbour', script('node001')).body, /# Installs the node node001\./)
    assert.equal(stage.get('neighbour', status('node001', 'whatever')).status, 200)
    stage.luna('cluster', 'change', '--boot_access', 'node')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    assert.equal(stage.get('neighbour', script('node001')).status, 403)
  })

  it('knows machines by IPv6 as well', async () => {
    stage.luna('cluster', 'change', '--frontend_address', 'fd30::fe', '--boot_networks', 'fd30::/64')
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
    const ask = (seat: Seat, node: string) => stage.get(seat, `http://[fd30::fe]:7050${script(node)}`).status
    assert.deepEqual(
      [ask('node001', 'node001'), ask('neighbour', 'node001'), ask('node002', 'node001')],
      [200, 403, 403],
    )
    stage.luna('cluster', 'change', '--frontend_address', addresses.head)
    stage.luna('cluster', 'makenginx')
    await stage.reloadNginx()
  })
})
