// Whether dhcpd can start at all with what Debian's start script is told.
import { LunaError } from '../../error.ts'
import { localAddresses } from '../../host/interfaces.ts'
import { findDhcpdDefaults, startsInVain } from '../../host/service/dhcpd.ts'
import { isActive } from '../../host/service/service.ts'

/**
 * Refuses to begin where the start script would start a server for IPv6 too, which nobody has configured: the
 * unit would fail with any dhcpd.conf. `frontend` is the address that nodes boot from.
 */
export async function refuseDebianDefaults(unit: string, frontend: string | null): Promise<void> {
  const defaults = await findDhcpdDefaults(unit)
  if (!defaults || !(await startsInVain(defaults)) || (await isActive(unit))) return
  const here = (await localAddresses()).find(({ address }) => address === frontend)
  throw new LunaError('refused', `the service ${unit} cannot start`, {
    why: `as ${defaults.file} is, it starts a DHCP server for IPv6 as well, which is not configured`,
    fix: `set INTERFACESv4="${here?.interface ?? 'INTERFACE'}" in ${defaults.file}, and give the command again; luna setup does it`,
  })
}
