// What is still wrong when luna setup has done all that it can.
import type { Config } from '../../config.ts'
import { isActive, isEnabled } from '../../host/service/service.ts'
import { ownUnits } from './found.ts'

/** A line for each service that does not run, or will not with the next start of the machine. */
export async function findRemaining({ services }: Pick<Config, 'services'>, dns: boolean): Promise<string[]> {
  const { nginx, dhcpd, tftpd, named } = services
  const units = [...ownUnits, nginx, dhcpd, tftpd, ...(dns ? [named] : [])]
  const lines = await Promise.all(
    units.map(async (unit) => {
      if (!(await isActive(unit))) return `the service ${unit} does not run: journalctl -u ${unit} -n 20`
      if (!(await isEnabled(unit)))
        return `the service ${unit} does not start with the machine: systemctl enable ${unit}`
      return undefined
    }),
  )
  return lines.filter((line) => line !== undefined)
}
