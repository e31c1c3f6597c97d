// How the management controllers (BMC) of a group of nodes are set up.
import { field, type ObjectOf } from './field.ts'

// A BMC has room for so many bytes of user and password (IPMI 2.0, 22.28 and 22.30).
export const bmcsetupFields = {
  name: field('name', 'name of the setup', ''),
  user: field('text', 'user of the BMC', 'ladmin', { mostBytes: 16 }),
  password: field('text', 'password of that user', 'ladmin', { mostBytes: 20 }),
  userid: field('int', 'number of that user', 3),
  netchannel: field('int', 'IPMI channel of the network settings', 1),
  mgmtchannel: field('int', 'IPMI channel that the user may use', 1),
  protocol: field('text', 'how lpower switches; auto: Redfish where there is any', null, {
    later: true,
    choices: ['ipmi', 'redfish', 'auto'],
  }),
  certificate: field('text', 'which certificates Redfish accepts; known: of known authorities only', null, {
    later: true,
    choices: ['known', 'any'],
  }),
  comment: field('text', 'the comment', ''),
}

export type Bmcsetup = ObjectOf<typeof bmcsetupFields>
