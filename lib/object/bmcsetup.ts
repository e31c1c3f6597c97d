// How the management controllers (BMC) of a group of nodes are set up.
import { field, type ObjectOf } from './field.ts'
import { bmcUserRule } from './given/rule.ts'

const channel = { limits: [0, 15], standard: 'IPMI 2.0 section 6.3' } as const

export const bmcsetupFields = {
  name: field('name', 'name of the setup', ''),
  user: field('text', 'user of the BMC', 'ladmin', {
    mostBytes: 16,
    standard: 'IPMI 2.0 section 22.28',
    rule: bmcUserRule,
  }),
  password: field('text', 'password of that user', 'ladmin', {
    mostBytes: 20,
    standard: 'IPMI 2.0 section 22.30',
    secret: true,
  }),
  userid: field('int', 'number of that user', 3, { limits: [1, 63], standard: 'IPMI 2.0 section 22.30' }),
  netchannel: field('int', 'IPMI channel of the network settings', 1, channel),
  mgmtchannel: field('int', 'IPMI channel that the user may use', 1, channel),
  protocol: field('text', 'how lpower switches; auto: Redfish where there is any', null, {
    later: true,
    choices: ['ipmi', 'redfish', 'auto'],
  }),
  certificate: field('text', 'which certificates Redfish accepts; known: of known authorities only', null, {
    later: true,
    choices: ['known', 'any'],
  }),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Bmcsetup = ObjectOf<typeof bmcsetupFields>
