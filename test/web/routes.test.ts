import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import type { Store } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import { addNode, fillBoot } from '../scenario/boot.ts'
import { type Asking, asking, now } from './ask.ts'

const hash = '%01%02%03%04%05%06%07%08%09%10%11%12%13%14%15%16%17%18%19%20'
const announce = `/announce?info_hash=${hash}&peer_id=aaaaaaaaaaaaaaaaaaaa&port=7052`

describe('routes', () => {
  let store: Store
  let place: Awaited<ReturnType<typeof fillBoot>>
  let web: Asking
  beforeEach(async () => {
    store = openMemoryStore()
    place = await fillBoot(store)
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { kernfile: 'k', initrdfile: 'i', torrent: 'to-rr', tarball: 'ta-rr' })
    web = asking(() => Promise.resolve(store))
  })
  afterEach(() => store.close())

  const known = encodeURIComponent(`serial|${mac(1).toUpperCase()}||`)
  const statusOf = async (name: string) => (await store.getNamed('node', name)).status?.step

  const table: readonly [url: string, status: number, method?: string][] = [
    ['/', 404],
    ['/', 404, 'POST'],
    ['/boot/k', 404],
    ['/torrents/x', 404],
    ['', 404],
    ['/luna', 400],
    ['/luna?step=', 400],
    ['/luna?step=bogus', 400],
    ['/luna?STEP=boot', 400],
    ['/luna?step=boot', 200],
    ['/luna?step=bogus&step=%20boot%20', 200],
    ['/lunabogus?step=boot', 200],
    ['/luna/x/y?step=boot', 200],
    ['/luna?step=boot', 405, 'POST'],
    ['/luna?step=boot', 405, 'HEAD'],
    ['/announce', 405, 'POST'],
    ['/luna?step=discovery', 400],
    ['/luna?step=discovery&hwdata=', 400],
    ['/luna?step=discovery&node=node002', 400],
    ['/luna?step=discovery&hwdata=|||', 404],
    ['/luna?step=discovery&hwdata=|52:54:00:00:00:99|', 404],
    [`/luna?step=discovery&hwdata=${known}`, 200],
    [`/luna?step=discovery&hwdata=${known}&type=syslinux`, 200],
    [`/luna?step=discovery&hwdata=${known}&type=ipxe`, 200],
    [`/luna?step=discovery&hwdata=${known}&type=bogus`, 404],
    ['/luna?step=discovery&hwdata=|52:54:00:00:00:bb&node=nope', 400],
    ['/luna?step=discovery&hwdata=junk|&node=node002', 404],
    ['/luna?step=discovery&hwdata=|52:54:00:00:00:bb&node=node002', 200],
    ['/luna?step=install', 400],
    ['/luna?step=install&node=', 400],
    ['/luna?step=install&node=nope', 400],
    ['/luna?step=install&node=nope&status=install.success', 400],
    ['/luna?step=install&node=node001', 200],
    ['/luna?step=install&node=node001&status=install.success', 200],
    ['/luna?step=install&node=node001&status=bad%2Fstatus%24', 200],
    [announce, 200],
    ['/announce', 200],
    ['/announcement', 200],
    ['/scrape', 200],
    [`/scrape?info_hash=${hash}`, 200],
    ['/scrape?info_hash=short', 200],
  ]
  for (const [url, status, method = 'GET'] of table) {
    it(`answers ${method} ${url.slice(0, 90)} with ${status}`, async () => {
      const answer = await web.ask(url, method)
      assert.equal(answer.status, status)
      const logged = web.lines.filter((line) => line.includes('request refused'))
      assert.equal(logged.length, status === 200 ? 0 : 1, web.lines.join('\n'))
    })
  }

  it('gives the menu without writing anything', async () => {
    const before = JSON.stringify(await store.dump())
    const { type, body } = await web.ask('/luna?step=boot')
    assert.equal(type, 'text/html; charset=UTF-8')
    assert.match(body, /^#!ipxe\n/)
    assert.equal(JSON.stringify(await store.dump()), before)
  })

  it('gives a boot script and says who was discovered', async () => {
    const { body } = await web.ask(`/luna?step=discovery&hwdata=${known}`)
    assert.match(body, / luna\.node=node001 /)
    assert.deepEqual(web.lines, [`info node discovered node=node001 mac=${mac(1)} by=mac remote=10.30.0.1`])
    assert.equal(await statusOf('node001'), 'boot.request')
  })

  it('writes down the card that a node boots from, where its menu told a sound one', async () => {
    const asked = async (more: string) => {
      assert.equal((await web.ask(`/luna?step=discovery&hwdata=${known}${more}`)).status, 200)
      return web.seen.at(-1)?.card
    }
    assert.equal(await asked('&busid=018086100E'), '8086:100e')
    for (const none of ['', '&busid=', '&busid=028086100e', '&busid=018086100e00', '&busid=%00'])
      assert.equal(await asked(none), undefined, none)
  })

  it('says whose MAC address was taken', async () => {
    await web.ask(`/luna?step=discovery&hwdata=${known}&node=node002`)
    assert.deepEqual(web.lines, [
      `info node discovered node=node002 mac=${mac(1)} by=hand takenFrom=node001 remote=10.30.0.1`,
    ])
  })

  it('says once which names the menu leaves out', async () => {
    await addNode(store, 'a b', place.compute, {})
    assert.equal((await web.ask('/luna?step=boot')).status, 200)
    assert.deepEqual(web.lines, ['warning nodes left out of the boot menu nodes="a b"'])
  })

  it('gives the install script and keeps what nodes report', async () => {
    assert.match((await web.ask('/luna?step=install&node=node001')).body, /^#!\/bin\/bash\n/)
    assert.equal(await statusOf('node001'), 'install.request')
    assert.equal((await web.ask('/luna?step=install&node=node001&status=install.error.part%20x')).body, '')
    assert.deepEqual((await store.getNamed('node', 'node001')).status, {
      step: 'install.error.part x',
      time: now,
    })
  })

  for (const status of ['bad%2Fstatus%24', '%3Cb%3E', 'a%0Ab', 'x'.repeat(201), '%c3%a4']) {
    it(`ignores the status ${status.slice(0, 20)}`, async () => {
      const answer = await web.ask(`/luna?step=install&node=node001&status=${status}`)
      assert.deepEqual([answer.status, answer.body], [200, ''])
      assert.equal(await statusOf('node001'), undefined)
    })
  }

  it('gives no install script, and sets no status, before the image is packed', async () => {
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { torrent: null })
    assert.equal((await web.ask('/luna?step=install&node=node001')).status, 404)
    assert.equal(await statusOf('node001'), undefined)
  })

  it('tells torrent clients what is wrong in their own language', async () => {
    const answer = await web.ask(`${announce}&numwant=1000`)
    assert.deepEqual([answer.status, answer.type], [200, 'text/plain'])
    assert.match(answer.body, /^d14:failure reason\d+:numwant 1000 is more than 200e$/)
  })

  it('calls it its own failure when the store holds what cannot be rendered', async () => {
    const { id } = await store.getNamed('osimage', 'compute')
    await store.update('osimage', id, { kernopts: 'quiet || reboot' })
    const answer = await web.ask(`/luna?step=discovery&hwdata=${known}`)
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.body, /reboot/)
    assert.match(web.lines.join('\n'), /^error request failed status=500 .*kernel options/)
  })

  for (const [what, url] of [
    ['a long query', `/luna?step=discovery&hwdata=${'x'.repeat(20_000)}`],
    ['many parameters', `/luna?${'a=1&'.repeat(500)}`],
    ['a name of control characters', '/luna?step=install&node=%1b%5b2J%0a%00%0d'],
    ['a name that is no UTF-8', '/luna?step=install&node=%ff%fe'],
    ['a name outside ASCII', '/luna?step=install&node=n%c3%b6de'],
    ['a name of the database language', '/luna?step=install&node[$ne]=x'],
    ['a step of control characters', '/luna?step=%0a%1b'],
    ['broken escapes', '/luna?step=%&node=%%%'],
  ] as const) {
    it(`refuses ${what} in one clean line`, async () => {
      const answer = await web.ask(url)
      assert.equal(answer.status, 400)
      assert.equal(answer.type, 'text/plain; charset=UTF-8')
      assert.equal(web.lines.length, 1)
      assert.match(web.lines[0] ?? '', /^warning request refused status=400 [^\p{Cc}]{1,1200}$/u)
    })
  }

  for (const path of ['/../luna', '//luna', '/%6cuna', '/LUNA', '\0/luna', 'luna', '/./luna']) {
    it(`has nothing at ${JSON.stringify(path)}`, async () => {
      assert.equal((await web.ask(`${path}?step=boot`)).status, 404)
    })
  }

  it('takes down who asked for what, how it was recognised, and each step', async () => {
    const node = (await store.getNamed('node', 'node001')).id
    await web.ask(`/luna?step=discovery&hwdata=${known}`)
    await web.ask('/luna?step=install&node=node001')
    await web.ask('/luna?step=install&node=node001&status=install.download')
    await web.ask('/luna?step=install&node=node001&status=%3Cscript%3E')
    const [address, time] = ['10.30.0.1', now.getTime()]
    const asker = { address, mac: mac(1), by: 'mac' }
    assert.deepEqual(web.seen, [
      { node, step: 'boot.request', time, asker, image: 'compute', kernel: 'k' },
      { node, step: 'install.request', time, asker: { address } },
      { node, step: 'install.download', time },
    ])
  })

  it('takes down that the image has no kernel, and that a node boots from its disk', async () => {
    const image = await store.getNamed('osimage', 'compute')
    await store.update('osimage', image.id, { kernfile: null })
    await web.ask(`/luna?step=discovery&hwdata=${known}`)
    const node = await store.getNamed('node', 'node001')
    await store.update('node', node.id, { localboot: true })
    await web.ask(`/luna?step=discovery&hwdata=${known}`)
    assert.deepEqual(
      web.seen.map(({ step, way }) => [step, way]),
      [
        ['boot.error.image', undefined],
        ['boot.request', 'localboot'],
      ],
    )
  })

  describe('a report of a step that failed', () => {
    const report = '/luna?step=report&node=node001&at=install.partscript&exit=2'
    const post = (url: string, body: string) => web.ask(url, 'POST', { body })

    it('is kept with its command, status and lines, and is a part of the boot', async () => {
      const node = await store.getNamed('node', 'node001')
      assert.equal((await post(report, 'mkfs /dev/sda\nsome\nmkfs: no such device\n\n')).status, 200)
      const kept = { step: 'install.partscript', time: now.getTime(), command: 'mkfs /dev/sda', status: 2 }
      assert.deepEqual(await store.report(node.id), { ...kept, lines: ['some', 'mkfs: no such device'] })
      const failure = { step: 'install.partscript', command: 'mkfs /dev/sda', status: 2 }
      assert.deepEqual(web.seen, [
        {
          node: node.id,
          step: 'install.error.partscript',
          time: now.getTime(),
          failure: { ...failure, line: 'mkfs: no such device' },
        },
      ])
    })

    it('can neither write to a terminal nor be longer than what is kept', async () => {
      const node = await store.getNamed('node', 'node001')
      await post(report, `\x1b[2Jcommand\n${'\x07line\n'.repeat(9000)}`)
      const kept = await store.report(node.id)
      assert.equal(kept?.command, '\\x1b[2Jcommand')
      assert.deepEqual([...new Set(kept?.lines)].slice(0, 1), ['\\x07line'])
      assert.ok((kept?.lines.length ?? 0) <= 200)
    })

    it('comes by POST, of a step of an installation, from a node that there is', async () => {
      const statusOf = async (url: string, method = 'POST') => (await web.ask(url, method)).status
      assert.equal(await statusOf(report, 'GET'), 405)
      assert.equal(await statusOf('/luna?step=report&node=node001&at=boot.x'), 400)
      assert.equal(await statusOf('/luna?step=report&node=node001'), 400)
      assert.equal(await statusOf('/luna?step=report&node=nope&at=install.unpack'), 400)
      assert.deepEqual(web.seen, [])
    })

    it('is refused from somebody else, and from a node that is not being installed', async () => {
      const away = asking(
        () => Promise.resolve(store),
        () => ({ kind: 'link', macs: [mac(9)] }),
      )
      assert.equal((await away.ask(report, 'POST', { body: 'x' })).status, 403)
      const itself = asking(
        () => Promise.resolve(store),
        () => ({ kind: 'link', macs: [mac(1)] }),
      )
      assert.equal((await itself.ask(report, 'POST', { body: 'x' })).status, 403)
      await store.setStatus((await store.getNamed('node', 'node001')).id, {
        step: 'install.partscript',
        time: now,
      })
      assert.equal((await itself.ask(report, 'POST', { body: 'x' })).status, 200)
    })
  })

  it('takes down that a system is up, and leaves the status that sites wait for', async () => {
    const node = await store.getNamed('node', 'node001')
    await store.setStatus(node.id, { step: 'install.success', time: now })
    assert.equal((await web.ask('/luna?step=install&node=node001&status=up&seconds=48.25')).status, 200)
    assert.equal(await statusOf('node001'), 'install.success')
    assert.deepEqual(web.seen, [{ node: node.id, step: 'up', time: now.getTime(), upSeconds: 48.25 }])
  })
})

describe('routes over a broken store', () => {
  const urls = [
    '/luna?step=boot',
    '/luna?step=discovery&hwdata=|52:54:00:00:00:01',
    '/luna?step=discovery&hwdata=|52:54:00:00:00:01&node=node001',
    '/luna?step=install&node=node001',
    '/luna?step=install&node=node001&status=install.success',
    announce,
    `/scrape?info_hash=${hash}`,
  ]
  const gone = () =>
    Promise.reject(new LunaError('unavailable', 'the store at secret.host is gone', { fix: null }))
  // Every method of the store fails.
  const broken = new Proxy({} as Store, { get: (_, name) => (name === 'then' ? undefined : gone) })
  for (const [what, store] of Object.entries({
    'cannot be opened': gone,
    'fails at every call': () => Promise.resolve(broken),
  })) {
    for (const url of urls) {
      it(`answers ${url.slice(0, 70)} with 503 when the store ${what}`, async () => {
        const web = asking(store)
        const answer = await web.ask(url)
        assert.equal(answer.status, 503)
        assert.doesNotMatch(answer.body, /secret/)
        assert.deepEqual(web.lines.length, 1)
        assert.match(web.lines[0] ?? '', /^error request failed status=503 /)
      })
    }
  }

  it('answers what needs no store', async () => {
    const web = asking(gone)
    assert.equal((await web.ask('/luna')).status, 400)
    assert.equal((await web.ask('/nothing')).status, 404)
  })

  it('calls a defect of its own a failure, and says no more than that', async () => {
    const web = asking(() => Promise.reject(new TypeError('secret')))
    const answer = await web.ask('/luna?step=boot')
    assert.deepEqual([answer.status, answer.body], [500, 'this failed: the log of lweb says why\n'])
  })
})
