// The table of all checks, in the order in which their lines are printed: what others stand on comes first.
import { bootAccessCheck } from '../boot/access-check.ts'
import { addressCheck } from './address.ts'
import type { Check } from './check.ts'
import { clockCheck } from './clocks.ts'
import { databaseChecks } from './database.ts'
import { dhcpServerCheck } from './dhcp-servers.ts'
import { firewallCheck } from './firewall.ts'
import { generatedChecks } from './generated.ts'
import { imageCheck } from './images.ts'
import { leftoverCheck } from './leftovers.ts'
import { menuCheck } from './menus.ts'
import { nginxCheck } from './nginx.ts'
import { serviceChecks } from './services.ts'
import { spaceChecks } from './space.ts'
import { storeCheck } from './store.ts'
import { tftpCheck } from './tftp.ts'
import { zoneCheck } from './zones.ts'

export const checks: readonly Check[] = [
  storeCheck,
  addressCheck,
  ...serviceChecks,
  ...generatedChecks,
  menuCheck,
  nginxCheck,
  bootAccessCheck,
  tftpCheck,
  dhcpServerCheck,
  zoneCheck,
  firewallCheck,
  imageCheck,
  ...spaceChecks,
  clockCheck,
  leftoverCheck,
  ...databaseChecks,
]
