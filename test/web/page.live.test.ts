// The page in a real browser, behind a real nginx and lweb: what it shows of a stage with a node in every
// state, by mouse and by keyboard, and how it follows.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../../lib/store/store.ts'
import { mac } from '../help.ts'
import {
  type Browser,
  needsBrowser,
  type Opened,
  openPage,
  picture,
  startBrowser,
  textOf,
} from './browser.ts'
import { makePlace, openPlace, type Place, type Running, runLweb, serverOf } from './lweb.ts'
import { needsNginx, startNginx, stopProcess } from './nginx.ts'
import { fillBusy, fillPage } from './page-stage.ts'

describe('the page in a browser', function () {
  this.timeout(60_000)
  let place: Place
  let nginx: ChildProcess | undefined
  let running: Running | undefined
  let browser: Browser | undefined
  const opened: Opened[] = []

  const start = async () => {
    running = runLweb(place)
    await running.says(/^<6>started /m)
  }
  before(async function () {
    needsNginx(this)
    needsBrowser(this)
    place = await makePlace()
    await fill(place)
    nginx = await startNginx(place.dir, serverOf(place), place.port)
    await start()
    browser = await startBrowser()
  })
  after(async () => {
    await browser?.close()
    if (running) await stopProcess(running.process)
    if (nginx) await stopProcess(nginx)
    if (place) rmSync(place.dir, { recursive: true })
  })
  afterEach(async () => {
    const all = opened.splice(0)
    for (const { page } of all) await page.context().close()
    assert.deepEqual(
      all.flatMap(({ troubles }) => troubles),
      [],
    )
    // Nothing is asked of anybody but the head.
    const foreign = all.flatMap(({ asked }) => asked).filter((url) => !url.startsWith(`${place.url}/ui/`))
    assert.deepEqual(foreign, [])
  })

  const open = async (hash = '', how: Parameters<typeof openPage>[2] = {}) => {
    if (!browser) throw new Error('no browser')
    const made = await openPage(browser, `${place.url}/ui/${hash}`, how)
    opened.push(made)
    return made.page
  }
  const store = async (work: (store: Store) => Promise<unknown>) => {
    const present = await openPlace(place)
    await work(present)
    await present.close()
  }

  it('counts nodes by where they are, and shows each as a square', async () => {
    const page = await open()
    const chips = (await page.locator('#steps button').allTextContents()).map((text) => text.trim())
    assert.deepEqual(chips, [
      ...['1 failed', '1 silent for 10 min', '1 booting', '1 installing', '1 system starting', '1 service'],
      ...['241 up', '1 installed', '1 local disk', '3 never seen'],
    ])
    assert.match(
      (await page.locator('#field h2').first().textContent()) ?? '',
      /^compute 252 nodes, image compute$/,
    )
    assert.match(
      (await page.locator('#download').textContent()) ?? '',
      /^1 node downloading: 65 % on average, .*\/s together$/,
    )
    await picture(page, 'nodes-light')
  })

  it('is worked by keyboard: a node is found, opened, and closed again', async () => {
    const page = await open()
    await page.locator('#field canvas').first().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await page.locator('#said', { hasText: /^failed: / }).waitFor({ state: 'attached' })
    assert.match(
      (await page.locator('#tip').textContent()) ?? '',
      /^failed: install\.error\.partscript, .* ago\nmkfs\.ext4: /,
    )
    await page.keyboard.press('Enter')
    await page.waitForSelector('aside .timeline')
    assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-label")'), 'Close')
    await page.keyboard.press('Escape')
    await page.waitForSelector('aside', { state: 'hidden' })
    await page.keyboard.press('/')
    await page.keyboard.type('silent-nobody')
    await page.click('#as-table')
    assert.match((await page.locator('#table').textContent()) ?? '', /no node is like that/)
  })

  it('tells of a node that failed what the command line does, and runs nothing of what it said', async () => {
    const page = await open('#node=failed', { dark: true })
    await page.locator('aside', { hasText: 'BOOTIF 10.30.1.10' }).waitFor()
    await page.locator('#node-now', { hasText: ', for ' }).waitFor()
    const text = await textOf(page, 'aside')
    for (const part of [
      'install.error.partscript, for ',
      'mkfs.ext4: /dev/sda1: No such file or directory',
      'mke2fs 1.47.0 (5-Feb-2023) <script>alert(1)</script>',
      'It stops at: installation: install.partscript failed: mkfs.ext4: /dev/sda1: No such file',
      'To mend it: see which disks it has (lsblk on its console), put one in or correct the script; all ',
      'luna group change compute --partscript',
      'Then: if it does not try again by itself within a minute: switch it off and on by hand',
      'From the power button to the running system',
      `MAC ${mac(10)}`,
      'BOOTIF 10.30.1.10',
      'Boot 3: failed',
      'known by its MAC address',
      'boot.initramfs 12 s',
    ])
      assert.ok(text.includes(part), `${part}\nis not in\n${text}`)
    // What can be given stands out among the words.
    const given = await page.locator('aside > p code.command').allTextContents()
    assert.deepEqual(given, ['luna group change compute --partscript'])
    await picture(page, 'node-dark')
    await page.locator('.boots a', { hasText: '2' }).click()
    await page.locator('aside', { hasText: 'slow: the group takes 17 s' }).waitFor()
    assert.match(page.url(), /#node=failed&boot=2$/)
    await page.goBack()
    await page.locator('aside', { hasText: 'Boot 3: failed' }).waitFor()
  })

  it('shows of a node what is known, whatever comes first', async () => {
    const page = await open()
    const held: (() => void)[] = []
    let holds = true
    const hold = async (address: string) => {
      await page.route(address, async (route) => {
        if (holds) await new Promise<void>((resolve) => held.push(resolve))
        await route.continue()
      })
    }
    await hold('**/data/nodes')
    await page.goto(`${place.url}/ui/#node=failed`)
    await page.reload()
    await page.locator('aside', { hasText: 'Boot 3: failed' }).waitFor()
    await page.locator('aside summary').click()
    assert.equal(await page.locator('#node-now').textContent(), '')
    // The list comes, and what is asked of the node anew does not.
    await page.unroute('**/data/nodes')
    await hold('**/data/node?*')
    for (const release of held.splice(0)) release()
    await page.locator('#node-now', { hasText: 'install.error.partscript, for ' }).waitFor()
    assert.equal(await page.locator('aside details').getAttribute('open'), '')
    holds = false
    for (const release of held.splice(0)) release()
  })

  it('says of a node that is open why it is not up, as soon as that is known', async () => {
    const page = await open('#node=none')
    const stop = page.locator('aside .stop')
    await stop.filter({ hasText: 'It stops at: MAC address' }).waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'SUMMARY')
    const time = Date.now()
    await store((open) => open.keepHeadReport({ topic: 'power', head: 'head1', time, told: { none: 'off' } }))
    await stop.filter({ hasText: 'It stops at: power: its BMC says off' }).waitFor()
    assert.equal(await page.locator('aside > p code.command').first().textContent(), 'lpower on none')
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'SUMMARY')
  })

  it('has the same as a table, which can be narrowed down', async () => {
    const page = await open()
    await page.click('#as-table')
    const names = () => page.locator('#table td:first-child').allTextContents()
    assert.deepEqual((await names()).slice(0, 7), [
      'failed',
      'stuck',
      'booting',
      'installing',
      'starting',
      'service',
      'rack0001',
    ])
    assert.equal((await names()).length, 200)
    await picture(page, 'table')
    await page.click('#chip-failed')
    await page.click('#chip-none')
    assert.deepEqual(await names(), ['failed', 'node001', 'node002', 'none'])
    await page.fill('#find', 'no such file')
    assert.deepEqual(await names(), ['failed'])
    await page.click('#table button.name')
    await page.waitForSelector('aside .timeline')
  })

  it('shows images, machines that are no node, and what is due', async () => {
    const images = await open('#images')
    await images.waitForSelector('#images table')
    const shown = await textOf(images, '#images')
    assert.match(shown, /compute \d+ (?:s|min) ago 1\.2 MB 6\.1\.0-32-amd64 252 compute/)
    assert.match(shown, /gpu not packed luna osimage pack gpu/)
    await picture(images, 'images')
    const machines = await open('#machines')
    await machines.waitForSelector('#machines table')
    assert.match(
      await textOf(machines, '#machines'),
      new RegExp(`luna node change node002 --mac ${mac(0x99)}`),
    )
    await picture(machines, 'machines')
    const doctor = await open('#doctor')
    await doctor.waitForSelector('#doctor table')
    const found = await textOf(doctor, '#doctor')
    assert.match(
      found,
      /^Due to be given why luna cluster make head1: dhcpd\.conf: .*Head head1 looked at \d min ago/,
    )
    assert.equal(await doctor.locator('#doctor-count').textContent(), '1')
    await picture(doctor, 'doctor')
  })

  it('follows by itself, and says when the head is gone and when it is back', async () => {
    const page = await open()
    const news = page.waitForResponse((one) => one.url().includes('/nodes?since=') && one.status() === 200)
    await store(async (open) => {
      const { id } = await open.getNamed('node', 'none')
      const time = Date.now()
      await open.setStatus(id, { step: 'boot.request', time: new Date(time) })
      const boot = { number: 1, began: time, steps: [{ step: 'boot.request', time }] }
      await open.keepBoots([{ node: id, past: false, boot }])
    })
    await page.locator('#chip-booting', { hasText: /^\s*2/ }).waitFor()
    const { changed } = (await (await news).json()) as { changed: { name: string }[] }
    assert.deepEqual(
      changed.map(({ name }) => name),
      ['none'],
    )
    if (running) await stopProcess(running.process)
    await page.waitForSelector('#live.off')
    assert.match((await page.locator('#live').textContent()) ?? '', /^the head answers 50\d$/)
    assert.match(
      await textOf(page, '#away'),
      /^nginx answers, and lweb gives no data \(the head answers 50\d\)\. .* On the head: systemctl status lweb; luna doctor$/,
    )
    await picture(page, 'gone')
    await start()
    await page.waitForSelector('#live.on')
    await page.waitForSelector('#away', { state: 'hidden' })
    // Another lweb does not know what the page has.
    await store(async (open) => {
      const { id } = await open.getNamed('node', 'none')
      await open.update('node', id, { name: 'renamed' })
    })
    await page.locator('#find').fill('renamed')
    await page.locator('#as-table').click()
    await page.locator('#table button.name', { hasText: 'renamed' }).waitFor()
    await store(async (open) => {
      const { id } = await open.getNamed('node', 'renamed')
      await open.update('node', id, { name: 'none' })
    })
  })

  it('fits a telephone', async () => {
    for (const [name, hash, shown] of [
      ['phone', '', '#steps button'],
      ['phone-node', '#node=up&boot=2', 'aside .timeline'],
      ['phone-doctor', '#doctor', '#doctor table'],
    ] as const) {
      const page = await open(hash, { width: 390, height: 844, dark: name !== 'phone' })
      await page.locator(shown).first().waitFor()
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name)
      await picture(page, name)
    }
  })

  for (const dark of [false, true])
    it(`can be read ${dark ? 'in the dark' : 'in the light'}: texts and squares stand out (WCAG 2.2, AA)`, async () => {
      const page = await open('', { dark })
      const colours: Record<string, string> = {}
      const shapes = [
        'booting',
        'installing',
        'starting',
        'up',
        'installed',
        'local',
        'service',
        'none',
      ] as const
      const texts = ['text', 'quiet', 'link', 'failed', 'stuck'] as const
      for (const name of ['card', 'back', 'mark', ...texts, ...shapes])
        colours[name] = String(
          await page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--${name}')`),
        ).trim()
      const ratio = (one: string, other: string) => contrast(colours[one] ?? '', colours[other] ?? '')
      const behind = ['card', 'back'] as const
      const poor = [
        ...texts.flatMap((name) => behind.map((other) => [name, other, 4.5] as const)),
        ...shapes.flatMap((name) => behind.map((other) => [name, other, 3] as const)),
        ...(['failed', 'stuck'] as const).map((name) => ['mark', name, 3] as const),
      ].filter(([one, other, least]) => ratio(one, other) < least)
      assert.deepEqual(
        poor.map(([one, other]) => `${one} on ${other}: ${ratio(one, other).toFixed(2)}`),
        [],
      )
    })

  it('is sent with a strict policy and no cookie, and its data are not sent twice', async () => {
    const page = await fetch(`${place.url}/ui/`)
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; script-src 'self'; /,
    )
    assert.equal(page.headers.get('set-cookie'), null)
    assert.equal(page.headers.get('cache-control'), 'no-cache')
    assert.doesNotMatch(await page.text(), /<script(?![^>]* src=)|style=| on\w+=/)
    assert.equal((await fetch(`${place.url}/ui/../ui/tsconfig.jso`)).status, 404)
    const data = await fetch(`${place.url}/ui/data/images`)
    assert.deepEqual(
      [data.status, data.headers.get('content-type'), data.headers.get('content-encoding')],
      [200, 'application/json', 'gzip'],
    )
    const again = await fetch(`${place.url}/ui/data/images`, {
      headers: { 'If-None-Match': data.headers.get('etag') ?? '' },
    })
    assert.deepEqual([again.status, await again.text()], [304, ''])
    assert.equal((await fetch(`${place.url}/ui`, { redirect: 'manual' })).headers.get('location'), '/ui/')
  })

  it('has metrics beside it, summed up by the leader', async () => {
    await fetch(`${place.url}/luna?step=discovery&hwdata=%7C${mac(15)}`)
    await fetch(`${place.url}/luna?step=discovery&hwdata=%7C${mac(0x98)}`)
    // The leader hears of it a moment later.
    const soon = async (path: string, ...wanted: RegExp[]) => {
      for (const deadline = Date.now() + 10_000; ; ) {
        const text = await (await fetch(`${place.url}${path}`)).text()
        if (wanted.every((one) => one.test(text))) return text
        assert.ok(Date.now() < deadline, text)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    // Each worker tells the leader of its own requests.
    const asked = ['200', '404'].map(
      (status) => new RegExp(`^luna_requests_total\\{route="discovery",status="${status}"\\} 1$`, 'm'),
    )
    const text = await soon('/metrics', /^luna_boots_total [1-9]/m, ...asked)
    assert.match(text, /^luna_nodes\{step="install\.error\.partscript"\} 1$/m)
    const { error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    })
    if (!error) assert.equal(`${stdout}${stderr}`, '')
    await soon('/ui/data/machines', new RegExp(mac(0x98)))
  })

  it('shows a cluster that boots', async () => {
    await store(async (open) => {
      await open.drop()
      await fillBusy(open, Date.now(), 400)
      await own(open, place)
    })
    const page = await open()
    await page.locator('#field canvas').nth(1).waitFor()
    await page.locator('#download', { hasText: 'nodes downloading' }).waitFor()
    await picture(page, 'cluster-light')
    const dark = await open('#node=cn049', { dark: true })
    await dark.waitForSelector('aside .timeline')
    await picture(dark, 'cluster-dark')
  })
})

/** The contrast of two colours like `#1a212b` (WCAG 2.2, relative luminance). */
function contrast(one: string, other: string): number {
  const [bright = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (bright + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[0-9a-f]{2}/g) ?? []).map((hex) => {
    const value = Number.parseInt(hex, 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

async function fill(place: Place): Promise<void> {
  for (const folder of ['torrents', 'boot']) mkdirSync(join(place.dir, folder))
  for (const file of ['boot/compute-vmlinuz', 'boot/compute-initrd', 'torrents/compute.torrent'])
    writeFileSync(join(place.dir, file), 'x')
  writeFileSync(join(place.dir, 'torrents/compute.tgz'), Buffer.alloc(1_234_567))
  const store = await openPlace(place)
  await fillPage(store, Date.now(), 240)
  await own(store, place)
  await store.close()
}

/** Has the cluster live in the directory. */
async function own(store: Store, { dir, serverPort }: Place): Promise<void> {
  const [cluster] = await store.list('cluster')
  if (!cluster) throw new Error('no cluster')
  const here = { server_port: serverPort, path: dir, user: 'root', lweb_num_proc: 2 }
  await store.update('cluster', cluster.id, { ...here, lweb_pidfile: join(dir, 'lweb.pid') })
}
