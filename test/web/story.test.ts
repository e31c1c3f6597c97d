// What the leader tells of boots in the log, beside what its workers do.
import assert from 'node:assert/strict'
import { daemonLog } from '../../lib/log.ts'
import { openMemoryStore } from '../../lib/store/open.ts'
import { BootRecorder } from '../../lib/task/record/recorder.ts'
import { Story } from '../../lib/web/story.ts'

describe('the story of a boot', () => {
  it('says when it began, what was fetched and how it ended, with the number of the boot', async () => {
    const store = openMemoryStore()
    const node = await store.insert('node', { name: 'node001' })
    const lines: string[] = []
    const story = new Story(
      () => Promise.resolve(store),
      daemonLog((line) => lines.push(line), true),
    )
    const recorder = new BootRecorder(
      () => Promise.resolve(store),
      () => 0,
      (...seen) => story.see(...seen),
    )
    const second = 1000
    recorder.add([{ node, step: 'boot.request', time: 0, image: 'compute' }])
    recorder.add([{ node, step: 'boot.initramfs', time: second, bytes: 30_000_000, seconds: 0.5 }])
    for (const step of ['install.request', 'install.unpack', 'install.error.unpack', 'install.success'])
      recorder.add([{ node, step, time: 2 * second }])
    recorder.add([{ node, step: 'up', time: 60 * second }])
    recorder.add([{ node, step: 'boot.request', time: 900 * second }])
    await recorder.flush()
    await story.tell()
    await story.tell()
    await store.close()
    const said = (boot: number, step: string, text: string) =>
      `<6>\tLUNA_NODE=node001\tLUNA_BOOT=${boot}\tLUNA_STEP=${step}\t${text}\n`
    assert.deepEqual(lines, [
      said(1, 'boot.request', 'boot began node=node001 boot=1 step=boot.request image=compute'),
      said(
        1,
        'boot.initramfs',
        'file fetched node=node001 boot=1 step=boot.initramfs bytes=30000000 seconds=0.5',
      ),
      said(
        1,
        'install.error.unpack',
        'boot ended node=node001 boot=1 step=install.error.unpack outcome=failed seconds=2',
      ),
      said(
        1,
        'install.success',
        'boot ended node=node001 boot=1 step=install.success outcome=installed seconds=2',
      ),
      said(1, 'up', 'boot ended node=node001 boot=1 step=up outcome=up seconds=60'),
      said(2, 'boot.request', 'boot began node=node001 boot=2 step=boot.request'),
    ])
  })
})
