// What readers in other processes see while a transaction is being written.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../lib/store/store.ts'
import type { Scene } from './contract.ts'

export function readerContract(scene: () => Scene): void {
  describe('a reader in another process', () => {
    it('never sees a part of a transaction while it is being written', async function () {
      this.timeout(240_000)
      const { store, place } = scene()
      for (const name of ['a', 'b']) await store.insert('group', { name, comment: '0' })
      await store.insert('network', { name: 'a', comment: '0' })
      const script = join(import.meta.dirname, 'reader.ts')
      const reader = spawn(process.execPath, [script, JSON.stringify(place.address), '1000'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      reader.stderr.on('data', (text) => {
        said += String(text)
      })
      const exit = once(reader, 'exit')
      let changes = 0
      while (reader.exitCode === null) {
        await change(store, ++changes)
        await sleep(2)
      }
      const [status] = await exit
      assert.equal(status, 0, said)
      assert.ok(changes > 20, `there were only ${changes} transactions`)
    })
  })
}

async function change(store: Store, number: number): Promise<void> {
  const comment = String(number)
  await store.transaction(async (tx) => {
    for (const { id } of await tx.list('group')) await tx.update('group', id, { comment })
    await tx.update('network', (await tx.getNamed('network', 'a')).id, { comment })
  })
}
