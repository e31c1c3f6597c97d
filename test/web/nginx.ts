// A real nginx with the configuration that Luna writes, on loopback, for the tests of a suite.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { Context } from 'mocha'

/** To be called first in a hook: skips the suite where there is no nginx, and fails in CI. */
export function needsNginx(context: Context): void {
  if (spawnSync('nginx', ['-v'], { env: environment() }).status === 0) return
  if (process.env.CI === 'true') throw new Error('nginx must be installed in CI')
  if (context.test) context.test.title += ' (skipped: nginx is not installed)'
  context.skip()
}

/** Starts nginx around a server block and resolves when its port can be reached. */
export async function startNginx(dir: string, server: string, port: number): Promise<ChildProcess> {
  for (const name of ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi']) mkdirSync(join(dir, name))
  const temp = ['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  )
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const file = join(dir, 'nginx.conf')
  writeFileSync(join(dir, 'server.conf'), server)
  writeFileSync(
    file,
    `daemon off; pid ${dir}/nginx.pid; error_log ${dir}/error.log; ${user} worker_processes 2;
     events { worker_connections 4096; } http { access_log off; ${temp.join(' ')} include ${dir}/server.conf; }`,
  )
  const args = ['-c', file, '-e', join(dir, 'error.log')]
  const nginx = spawn('nginx', args, { stdio: 'ignore', env: environment() })
  await reachable(port)
  return nginx
}

export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** A loopback port that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function reachable(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const [ready] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false])
    socket.destroy()
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
}
