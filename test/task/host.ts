// Where the make commands put files, and what services are called, for tests: all in one directory.
import { join } from 'node:path'
import type { Config } from '../../lib/config.ts'

export function hostIn(dir: string): Pick<Config, 'paths' | 'services'> {
  return {
    paths: {
      dhcpd_conf: join(dir, 'dhcpd.conf'),
      dhcpd_secondary_conf: join(dir, 'dhcpd-secondary.conf'),
      dhcpd_leases: join(dir, 'leases'),
      tftp_root: join(dir, 'tftp'),
      nginx_conf_d: join(dir, 'conf.d'),
    },
    services: { dhcpd: 'dhcpd', nginx: 'nginx', named: 'named', tftpd: 'tftp', responder: 'own' },
  }
}
