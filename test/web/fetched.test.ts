// What nginx tells of files that it has sent: a real nginx, with the file that Luna writes for it.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Id, parseId } from '../../lib/object/field.ts'
import { type Fetched, readFetched } from '../../lib/object/record/fetched.ts'
import { renderNginx } from '../../lib/render/nginx.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import { Fetchers } from '../../lib/task/record/fetchers.ts'
import { hearFetched } from '../../lib/web/fetched.ts'
import { freePort, needsNginx, startNginx, stopProcess } from './nginx.ts'

const key = 'ab'.repeat(24)
const silent = { debug() {}, info() {}, warning() {}, error() {} }

describe('hearFetched', function () {
  this.timeout(20_000)
  let dir: string
  let nginx: ChildProcess | undefined
  let end: (() => void) | undefined
  let url = ''
  let heard: Fetched[]
  before(async function () {
    needsNginx(this)
    dir = mkdtempSync(join(tmpdir(), 'luna-fetched-'))
    for (const name of ['boot', 'torrents', 'run']) mkdirSync(join(dir, name))
    writeFileSync(join(dir, 'boot/compute-vmlinuz-6.1'), 'k'.repeat(1000))
    writeFileSync(join(dir, 'boot/compute-initramfs-6.1'), 'i'.repeat(2000))
    writeFileSync(join(dir, 'torrents/x.tgz'), 't'.repeat(3000))
    writeFileSync(join(dir, '.luna.key'), `set $luna_key "${key}";\n`)
    const [port, listening] = [await freePort(), await freePort()]
    url = `http://127.0.0.1:${port}`
    const network = { networks: ['127.0.0.0/8'], heads: [], watchers: [] }
    const base = { path: dir, port, ipv6: false, tls: null, serverPort: 9, rootOnly: false }
    const facts = { ...base, keepConnections: true, keyFile: join(dir, '.luna.key'), ...network }
    const server = renderNginx(facts).replaceAll(':7051,', `:${listening},`)
    nginx = await startNginx(join(dir, 'run'), server, port)
    end = await hearFetched(
      (one) => heard.push(one),
      async () => key,
      silent,
      listening,
    )
  })
  beforeEach(() => {
    heard = []
  })
  after(async () => {
    if (nginx) await stopProcess(nginx)
    end?.()
    if (dir) rmSync(dir, { recursive: true })
  })
  const settled = async (count: number) => {
    for (let tries = 0; heard.length < count && tries < 100; tries++) await delay(20)
    return heard
  }

  it('is told of kernel, initramfs and tarball, who fetched them, and how large they are', async () => {
    for (const path of ['boot/compute-vmlinuz-6.1', 'boot/compute-initramfs-6.1', 'torrents/x.tgz'])
      await (await fetch(`${url}/${path}`)).arrayBuffer()
    const told = await settled(3)
    assert.deepEqual(
      told.map(({ step, bytes, address }) => [step, bytes, address]),
      [
        ['boot.kernel', 1000, '127.0.0.1'],
        ['boot.initramfs', 2000, '127.0.0.1'],
        ['install.tarball', 3000, '127.0.0.1'],
      ],
    )
    assert.ok(Math.abs((told[0]?.time ?? 0) - Date.now()) < 60_000)
  })

  it('is not told of parts of files, of what is not there, and of what is no file of an image', async () => {
    await (await fetch(`${url}/torrents/x.tgz`, { headers: { Range: 'bytes=0-9' } })).arrayBuffer()
    await (await fetch(`${url}/boot/gone-vmlinuz-6.1`)).arrayBuffer()
    await (await fetch(`${url}/boot/compute-vmlinuz-6.1`)).arrayBuffer()
    assert.deepEqual(
      (await settled(1)).map(({ step }) => step),
      ['boot.kernel'],
    )
  })
})

describe('readFetched', () => {
  const line = (text: string) => readFetched(`<190>Nov 28 15:04:05 luna: ${text}`)

  it('takes a line apart', () => {
    assert.deepEqual(line(`${key} 1700000000.123 42 0.500 10.30.0.1 /boot/a b-vmlinuz-6.1`), {
      key,
      fetched: {
        address: '10.30.0.1',
        step: 'boot.kernel',
        time: 1_700_000_000_123,
        bytes: 42,
        seconds: 0.5,
      },
    })
  })

  for (const text of [
    '',
    'k 1 2 3',
    `${key} now 42 0.500 10.30.0.1 /boot/a-vmlinuz-1`,
    `${key} 1700000000.123 42 0.500 evil;rm /boot/a-vmlinuz-1`,
    `${key} 1700000000.123 42 0.500 10.30.0.1 /boot/../etc/passwd`,
  ])
    it(`refuses ${JSON.stringify(text.slice(49) || text)}`, () => assert.equal(line(text), undefined))
})

describe('Fetchers', () => {
  const [one, other] = ['0123456789abcdef01234567', '0123456789abcdef01234568'].map((id) => parseId(id) as Id)
  const store = openMemoryStore()
  after(() => store.close())
  const asked = (node: Id | undefined, address: string, time: number) => {
    assert.ok(node)
    return { node, step: 'boot.request', time, asker: { address } }
  }
  const kernel = { address: '10.30.0.1', step: 'boot.kernel', time: 5, bytes: 7, seconds: 1 } as const

  it('give a file to the node that asked from there last, though that is heard of later', async () => {
    const fetchers = new Fetchers()
    fetchers.learn([asked(one, '10.30.0.1', 0)])
    fetchers.add(kernel, 0)
    assert.deepEqual(await fetchers.due(async () => store, 500), [])
    fetchers.learn([asked(other, '10.30.0.1', 4)])
    assert.deepEqual(await fetchers.due(async () => store, 1500), [
      { node: other, step: 'boot.kernel', time: 5, bytes: 7, seconds: 1 },
    ])
    assert.deepEqual(await fetchers.due(async () => store, 3000), [])
  })

  it('know after a start who asked before, and forget what nobody has fetched', async () => {
    const node = await store.insert('node', { name: 'a' })
    const boot = { number: 1, began: 1, steps: [], asker: { address: '10.30.0.1' } }
    await store.keepBoots([{ node, boot, past: false }])
    const fetchers = new Fetchers()
    fetchers.add(kernel, 0)
    fetchers.add({ ...kernel, address: '10.30.0.9' }, 0)
    assert.deepEqual(
      (await fetchers.due(async () => store, 2000)).map((event) => event.node),
      [node],
    )
    await fetchers.due(async () => store, 20_000)
    fetchers.learn([asked(one, '10.30.0.9', 0)])
    assert.deepEqual(await fetchers.due(async () => store, 30_000), [])
  })
})
