// A systemd-notify(1) that only keeps what it is told, for daemons that a test starts.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface FakeSystemd {
  /** What a daemon has to have in its environment. */
  readonly env: NodeJS.ProcessEnv
  /** One line for each notification so far: its arguments. */
  told(): string[]
  /** Waits for a notification; the limit is mocha's. */
  heard(wanted: RegExp): Promise<void>
}

/** Puts it into a directory. */
export function fakeSystemd(dir: string): FakeSystemd {
  const [bin, file] = [join(dir, 'systemd-bin'), join(dir, 'systemd-said')]
  mkdirSync(bin)
  writeFileSync(file, '')
  // The daemon may be of another user.
  chmodSync(file, 0o666)
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${file}\n`, { mode: 0o755 })
  const told = () => readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return {
    env: { PATH: `${bin}:${process.env.PATH}`, NOTIFY_SOCKET: '/run/none' },
    told,
    heard: async (wanted) => {
      while (!told().some((line) => wanted.test(line))) await delay(20)
    },
  }
}
