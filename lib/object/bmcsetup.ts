// How the management controllers (BMC) of a group of nodes are set up.
import { field, type ObjectOf } from './field.ts'

export const bmcsetupFields = {
  name: field('name', 'name of the setup', ''),
  user: field('text', 'user of the BMC', 'ladmin'),
  password: field('text', 'password of the BMC user', 'ladmin'),
  userid: field('int', 'number of the BMC user', 3),
  netchannel: field('int', 'IPMI channel of the network settings', 1),
  mgmtchannel: field('int', 'IPMI channel that the user may use', 1),
  protocol: field('text', 'how power is switched: ipmi, the default, redfish or auto', null, { later: true }),
  certificate: field('text', 'certificates that Redfish accepts: known, the default, or any', null, {
    later: true,
  }),
  comment: field('text', 'free text', ''),
}

export const bmcProtocols = ['ipmi', 'redfish', 'auto'] as const
export const bmcCertificates = ['known', 'any'] as const

export type Bmcsetup = ObjectOf<typeof bmcsetupFields>
