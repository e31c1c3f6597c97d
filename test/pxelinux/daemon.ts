// lfs_pxelinux as a program, a TFTP server over its files, and a client that fetches them.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const script = join(import.meta.dirname, '../../bin/lfs_pxelinux')

export interface Daemon {
  readonly pid: number | undefined
  output(): string
  /** Waits for words on standard error; the limit is mocha's. */
  said(words: RegExp): Promise<void>
  /** Ends it, and gives its exit status. */
  stop(): Promise<number | null>
}

export function runDaemon(env: NodeJS.ProcessEnv, ...more: string[]): Daemon {
  const child = spawn(process.execPath, [script, 'run', ...more], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return {
    pid: child.pid,
    output: () => output,
    said: async (words) => {
      while (!words.test(output)) {
        if (child.exitCode !== null) throw new Error(`it ended, having said:\n${output}`)
        await delay(20)
      }
    },
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      return child.exitCode
    },
  }
}

/** Runs `lfs_pxelinux ARGS`; rejects when its status is not 0. */
export async function call(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout
}

export interface TftpServer {
  /** What a client is given; undefined when it is told that there is no such file. */
  fetch(name: string): Promise<string | undefined>
  stop(): Promise<void>
}

/** in.tftpd(8) over a directory, on loopback, and tftp(1). */
export async function serveTftp(root: string): Promise<TftpServer> {
  const port = await freeUdpPort()
  const args = ['-L', '-4', '-a', `127.0.0.1:${port}`, '-s', root]
  const server = spawn('in.tftpd', args, { stdio: 'ignore' })
  const listening = Buffer.from(`:${port.toString(16).toUpperCase().padStart(4, '0')} `)
  while (!readFileSync('/proc/net/udp').includes(listening)) {
    if (server.exitCode !== null) throw new Error('in.tftpd ended at once')
    await delay(20)
  }
  return { fetch: (name) => fetchFrom(port, name), stop: () => ended(server) }
}

async function fetchFrom(port: number, name: string): Promise<string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-test-'))
  const file = join(dir, 'got')
  try {
    const { stdout, stderr } = await promisify(execFile)('tftp', [
      ...['-m', 'binary', '127.0.0.1', String(port)],
      ...['-c', 'get', name, file],
    ])
    if (/File not found/.test(stdout + stderr)) return undefined
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function ended(server: ChildProcess): Promise<void> {
  server.kill()
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  const { port } = socket.address()
  await new Promise<void>((done) => socket.close(done))
  return port
}
