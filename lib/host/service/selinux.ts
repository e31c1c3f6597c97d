// SELinux of this machine, where it refuses anything: what it has been told of Luna.
import { run } from '../run.ts'

export interface Selinux {
  /** The policy of Luna's packages is loaded. */
  readonly policy: boolean
  /** TCP ports that nginx may listen on. */
  readonly webPorts: readonly string[]
  /** nginx may connect to ports. */
  readonly mayConnect: boolean
  /** nginx may have more files open than its unit says. */
  readonly mayRaise: boolean
  /** File contexts of this site, a line each (semanage-fcontext(8)). */
  readonly contexts: string
}

/** Undefined where SELinux is not enforcing. */
export async function findSelinux(): Promise<Selinux | undefined> {
  if ((await answer('getenforce', [])).trim() !== 'Enforcing') return undefined
  const ports = await answer('semanage', ['port', '-l'])
  const web = [...ports.matchAll(/^(?:http_port_t|luna_http_port_t)\s+tcp\s+(.+)$/gm)]
  return {
    policy: /^(?:\d+\s+)?luna2\b/m.test(await answer('semodule', ['-l'])),
    webPorts: web.flatMap(([, list = '']) => list.split(/,\s*/)),
    mayConnect: /--> on/.test(await answer('getsebool', ['httpd_can_network_connect'])),
    mayRaise: !/--> off/.test(await answer('getsebool', ['httpd_setrlimit'])),
    contexts: await answer('semanage', ['fcontext', '-l', '-C']),
  }
}

/** What a program prints; nothing where it is not there. */
async function answer(program: string, args: readonly string[]): Promise<string> {
  const asked = run(program, args, { allowFailure: true, timeout: 30_000 })
  const { status, stdout } = await asked.catch(() => ({ status: 127, stdout: '' }))
  return status === 0 ? stdout : ''
}
