// How the management controllers (BMC) of a group of nodes are set up.
import { field, type ObjectOf } from './field.ts'

export const bmcsetupFields = {
  name: field('name', 'name of the setup', ''),
  user: field('text', 'user of the BMC', 'ladmin'),
  password: field('text', 'password of the BMC user', 'ladmin'),
  userid: field('int', 'number of the BMC user', 3),
  netchannel: field('int', 'IPMI channel of the network settings', 1),
  mgmtchannel: field('int', 'IPMI channel that the user may use', 1),
  comment: field('text', 'free text', ''),
}

export type Bmcsetup = ObjectOf<typeof bmcsetupFields>
