import assert from 'node:assert/strict'
import { formatPrefix, makePrefix, parseIp } from '../../lib/object/net/address.ts'
import { checkAnswer, nextQuestion } from '../../lib/task/setup/questions.ts'
import { proposeRange } from '../../lib/task/setup/range.ts'
import { type Answers, readWish } from '../../lib/task/setup/wish.ts'
import { clusterOf, networkOf, readyDebian, stockDebian } from './setup-found.ts'

describe('what luna setup is to make', () => {
  const wished = (answers: Answers, found = stockDebian()) => {
    const { frontend, network, range, dns } = readWish(found, answers)
    const words = [frontend.address, frontend.interface, network.name, formatPrefix(network.prefix)]
    return [...words, network.isNew, range && `${range.start}-${range.end}`, dns]
  }

  it('comes from an interface alone: its network, a part of it, DNS where there is a name server', () => {
    const all = ['10.30.255.254', 'eth1', 'cluster', '10.30.0.0/16', true, '10.30.128.1-10.30.160.0', true]
    assert.deepEqual(wished({ frontend: 'eth1' }), all)
    const without = stockDebian({ named: undefined })
    assert.deepEqual(wished({ frontend: '10.30.255.254' }, without), [...all.slice(0, 6), false])
  })

  it('is what is said', () => {
    const answers = {
      frontend: 'eth1',
      network: '10.30.240.0/20',
      range: '10.30.241.1 - 10.30.241.9',
      dns: 'n',
    }
    assert.deepEqual(wished(answers).slice(3), ['10.30.240.0/20', true, '10.30.241.1-10.30.241.9', false])
  })

  it('is what the cluster has already', () => {
    const found = readyDebian({ networks: [networkOf('prod', 0x0a1e0000n, 16)] })
    assert.deepEqual(wished({}, found).slice(2), ['prod', '10.30.0.0/16', false, undefined, true])
  })

  it('has no DNS on a head that serves nodes without it, though a name server is installed', () => {
    const { named } = stockDebian()
    assert.equal(wished({}, readyDebian({ named })).at(-1), false)
  })

  it('has DNS on a further head of a cluster that serves nodes, as the first one had', () => {
    const { named, units } = stockDebian()
    assert.equal(wished({}, readyDebian({ named, units })).at(-1), true)
  })

  const wrong: readonly (readonly [what: string, answers: Answers, found: ReturnType<typeof stockDebian>])[] =
    [
      ['an address that the machine does not have', { frontend: '10.30.0.1' }, stockDebian()],
      ['a network without the address', { frontend: 'eth1', network: '10.31.0.0/16' }, stockDebian()],
      [
        'a network that is none',
        { frontend: 'eth1', network: '10.30.0.0' },
        stockDebian({ addresses: alone(32) }),
      ],
      ['an interface without a network', { frontend: 'eth1' }, stockDebian({ addresses: alone(32) })],
      ['another prefix than the network has', { network: '10.30.0.0/17' }, readyDebian()],
      [
        'a network name that is taken',
        { frontend: 'eth1' },
        stockDebian({ networks: [networkOf('cluster', 0n, 8)] }),
      ],
      [
        'a range that ends where it starts',
        { frontend: 'eth1', range: '10.30.1.1-10.30.1.1' },
        stockDebian(),
      ],
      ['a range of one address', { frontend: 'eth1', range: '10.30.1.1' }, stockDebian()],
      ['a network too small for a range', { frontend: 'eth1' }, stockDebian({ addresses: alone(29) })],
      ['neither yes nor no', { frontend: 'eth1', dns: 'maybe' }, stockDebian()],
      ['MongoDB where luna.conf has an embedded store', { store: 'mongodb' }, readyDebian()],
      [
        'an embedded store where luna.conf has MongoDB',
        { store: 'embedded' },
        readyDebian({ database: undefined }),
      ],
    ]
  for (const [what, answers, found] of wrong)
    it(`is not ${what}`, () => {
      assert.throws(() => readWish(found, answers), { code: 'invalid', fix: /./ })
    })

  it('needs to be told the address, and names those that there are', () => {
    assert.throws(() => readWish(stockDebian(), {}), { code: 'usage', fix: /10\.30\.255\.254\/16 \(eth1\)/ })
  })
})

function alone(prefix: number) {
  return [{ interface: 'eth1', address: '10.30.255.254', prefix }]
}

describe('the range that is proposed', () => {
  for (const [network, length, head, range] of [
    ['10.30.0.0', 16, '10.30.255.254', '10.30.128.1-10.30.160.0'],
    ['10.30.0.0', 16, '10.30.130.1', '10.30.64.1-10.30.96.0'],
    ['192.168.1.0', 24, '192.168.1.1', '192.168.1.129-192.168.1.160'],
    ['192.168.1.0', 27, '192.168.1.1', '192.168.1.17-192.168.1.20'],
    ['192.168.1.0', 28, '192.168.1.1', undefined],
  ] as const)
    it(`in ${network}/${length} with the head at ${head} is ${range}`, () => {
      const ip = parseIp(network)
      const prefix = ip && makePrefix(ip, length)
      assert.ok(prefix)
      assert.equal(proposeRange(prefix, head), range)
    })
})

describe('the questions of luna setup', () => {
  const asked = (found: ReturnType<typeof stockDebian>, given: Answers = {}) => {
    let answers = given
    const all: string[] = []
    for (let next = nextQuestion(found, answers); next; next = nextQuestion(found, answers)) {
      all.push(`${next.about} ${next.proposal}`)
      answers = { ...answers, [next.about]: next.proposal ?? 'eth1' }
      checkAnswer(found, answers, next.about)
    }
    return all
  }

  it('are five on a machine that has nothing', () => {
    assert.deepEqual(asked(stockDebian()), [
      ...['store embedded', 'frontend undefined', 'network 10.30.0.0/16'],
      ...['range 10.30.128.1-10.30.160.0', 'dns y'],
    ])
  })

  it('are not asked of what is given, or is there', () => {
    const given = { frontend: 'eth1', network: '10.30.0.0/16', dns: 'n' }
    assert.deepEqual(asked(stockDebian({ stated: true }), given), ['range 10.30.128.1-10.30.160.0'])
    const cluster = clusterOf({ frontend_address: '10.30.255.254' })
    assert.deepEqual(asked(readyDebian({ cluster })), ['range 10.30.128.1-10.30.160.0', 'dns y'])
    assert.deepEqual(asked(readyDebian()), [])
  })

  it('propose the only address that there is', () => {
    assert.equal(asked(stockDebian({ addresses: alone(16) }))[1], 'frontend 10.30.255.254')
  })

  it('take no answer that cannot be', () => {
    assert.throws(() => checkAnswer(stockDebian(), { frontend: 'eth9' }, 'frontend'), { code: 'invalid' })
    assert.throws(() => checkAnswer(stockDebian(), { frontend: 'eth1', dns: 'x' }, 'dns'), {
      code: 'invalid',
    })
  })
})
