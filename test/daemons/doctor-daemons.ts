// The daemons of a head that `luna doctor` looks at, each ready when it is given.
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bin, type DoctorHead, frontend } from './doctor-head.ts'
import { startNamed } from './named.ts'
import { runIn, startIn } from './namespace.ts'

export type Daemon = 'dhcpd' | 'nginx' | 'tftpd' | 'named' | 'lweb' | 'lfs_pxelinux'

export async function startDaemon(head: DoctorHead, daemon: Daemon): Promise<ChildProcess> {
  const { server } = head.pair
  switch (daemon) {
    case 'dhcpd': {
      const files = ['-cf', head.at('dhcpd.conf'), '-lf', head.at('leases')]
      const args = ['-4', '-f', '-d', ...files, '--no-pid', 'eth0']
      return await startIn(server, 'dhcpd', args, /Server starting service/)
    }
    case 'nginx': {
      const args = ['-c', head.at('nginx.conf'), '-g', 'daemon off; error_log stderr notice;']
      return await startIn(server, '/usr/sbin/nginx', args, /start worker process/)
    }
    case 'named':
      return await startNamed(server, head.dir)
    case 'tftpd': {
      return await startTftpd(head, head.at('tftp'))
    }
    case 'lweb': {
      const child = head.spawn(process.execPath, [join(bin, 'lweb'), 'run'])
      const url = `http://${frontend}:7050/luna?step=boot`
      await until(() => runIn(server, 'curl', ['-s', url]).startsWith('#!ipxe'))
      return child
    }
    case 'lfs_pxelinux': {
      const child = head.spawn(process.execPath, [join(bin, 'lfs_pxelinux'), 'run'])
      await until(() => existsSync(head.at('tftp/pxelinux.cfg/01-52-54-00-00-00-01')))
      return child
    }
    default:
      return daemon satisfies never
  }
}

/** A TFTP server with any directory. */
export async function startTftpd(head: DoctorHead, root: string): Promise<ChildProcess> {
  const child = head.spawn('in.tftpd', ['-L', '-4', '-a', `${frontend}:69`, '-s', root])
  await until(() => runIn(head.pair.server, 'ss', ['-lun']).includes(':69 '))
  return child
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await delay(100)
}
