// Where only armed nodes are installed: what arms them, and what their tokens are good for.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { macs, needsStage, Stage } from './stage.ts'

const script = (node: string) => `/luna?step=install&node=${node}`
const discovery = (mac: string, more = '') => `/luna?step=discovery&hwdata=%7C${mac}${more}`

describe('armed nodes', () => {
  let stage: Stage
  before(async function () {
    needsStage(this)
    this.timeout(90_000)
    stage = await Stage.start({ cluster: { boot_access: 'armed' } })
  })
  after(async () => await stage?.close())

  /** The token on the kernel command line that iPXE is given. */
  const boots = (seat: 'node001' | 'node002' | 'far', more = '') => {
    const { body } = stage.get(seat, discovery(macs[seat], more))
    return / luna\.token=(\S+)/.exec(body)?.[1] ?? ''
  }
  const asks = (seat: 'node001' | 'node002' | 'neighbour' | 'far', node: string, token: string, uid = 0) => {
    const from = uid === 0 ? ['--local-port', '600-1023'] : []
    return stage.get(seat, script(node), { uid, options: [...from, '-H', `Luna-Token: ${token}`] })
  }
  const says = (step: string) =>
    stage.get('node001', `${script('node001')}&status=${step}`, {
      uid: 0,
      options: ['--local-port', '600-1023'],
    })
  const armed = (node: string) =>
    stage.store(async (store) => (await store.getNamed('node', node)).armed !== null)

  it('are the only ones that get a script, and the console says how', () => {
    assert.equal(boots('node001'), '')
    const { status, body } = asks('node001', 'node001', '')
    assert.equal(status, 403)
    assert.match(
      body,
      /^node001 is not armed \(luna node arm node001; then boot it again \(lpower node001 reset\)\)$/m,
    )
  })

  it('are given a token, which is good for their machine and their root alone', () => {
    stage.luna('node', 'arm', 'node001')
    assert.match(stage.luna('node', 'show', 'node001'), /\| armed +\| once +\|/)
    assert.deepEqual(JSON.parse(stage.luna('node', 'status', 'node001', '--json'))[0].armed, {
      until: null,
      continuous: false,
    })
    const token = boots('node001')
    assert.match(token, /^[\w-]+\.[\w-]{43}$/)
    assert.equal(asks('node001', 'node001', token, 4242).status, 403)
    assert.equal(asks('neighbour', 'node001', token).status, 403)
    assert.equal(asks('node001', 'node001', '').status, 403)
    assert.equal(
      asks('node001', 'node001', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`).status,
      403,
    )
    assert.equal(asks('node001', 'node001', token).status, 200)
  })

  it('are given none where somebody else asks, nor in files', () => {
    const { body } = stage.get('neighbour', discovery(macs.node001))
    assert.match(body, / luna\.node=node001 /)
    assert.doesNotMatch(body, /luna\.token/)
    assert.doesNotMatch(stage.get('node001', discovery(macs.node001, '&type=syslinux')).body, /luna\.token/)
    assert.doesNotMatch(stage.luna('node', 'show', 'node001', '-s', 'boot'), /luna\.token/)
  })

  it('use the token until their first status, and again after an error; success disarms', async () => {
    const token = boots('node001')
    assert.equal(asks('node001', 'node001', token).status, 200)
    assert.equal(asks('node001', 'node001', token).status, 200)
    assert.equal(says('install.prescript').status, 200)
    assert.equal(asks('node001', 'node001', token).status, 403)
    assert.equal(says('install.error.prescript').status, 200)
    assert.equal(asks('node001', 'node001', token).status, 200)
    assert.equal(says('install.success').status, 200)
    assert.equal(await armed('node001'), false)
    assert.equal(says('up').status, 200)
    assert.equal(boots('node001'), '')
    assert.equal(asks('node001', 'node001', token).status, 403)
  })

  it('stay armed when they are to', async () => {
    stage.luna('node', 'arm', 'node001', '--continuous')
    assert.equal(asks('node001', 'node001', boots('node001')).status, 200)
    assert.equal(says('install.success').status, 200)
    assert.equal(await armed('node001'), true)
    stage.luna('node', 'disarm', 'node001')
    assert.equal(boots('node001'), '')
  })

  it('are armed for as long as was said', async () => {
    stage.luna('node', 'arm', 'node001', '--for', '2s')
    const token = boots('node001')
    assert.notEqual(token, '')
    await delay(2100)
    assert.equal(boots('node001'), '')
    assert.equal(asks('node001', 'node001', token).status, 403)
    assert.doesNotMatch(stage.luna('node', 'show', 'node001'), /armed/)
  })

  it('are armed by a new MAC address, behind a router too', async () => {
    stage.luna('node', 'change', 'node004', '--mac', macs.far)
    const token = boots('far')
    assert.notEqual(token, '')
    assert.equal(asks('far', 'node004', token).status, 200)
  })

  it('may become another machine by hand, over the network', async () => {
    const ask = () => stage.get('neighbour', discovery(macs.neighbour, '&node=node002')).status
    assert.equal(ask(), 403)
    stage.luna('node', 'arm', 'node002')
    assert.equal(ask(), 200)
    const mac = await stage.store(async (store) => store.macOf((await store.getNamed('node', 'node002')).id))
    assert.equal(mac, macs.neighbour)
  })

  it('have no token in a log', () => {
    assert.match(stage.log('lweb'), /install script sent node=node001 /)
    assert.doesNotMatch(stage.log('lweb'), /oken=/)
  })
})
