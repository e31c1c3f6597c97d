// A network switch whose forwarding table tells which machine is plugged in where.
import { field, type ObjectOf } from './field.ts'
import { oidRule } from './given/rule.ts'

// RFC 3414 and RFC 7860.
const authProtocols = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const
// RFC 3826 (aes), and the two ways in which vendors made 256 bits of it. OpenSSL has no DES any more.
const privProtocols = ['aes', 'aes256b', 'aes256r'] as const

const key = { later: true, leastLength: 8, standard: 'RFC 3414 section 11.2', secret: true } as const

export const switchFields = {
  name: field('name', 'host name', ''),
  network: field('ref', 'network of its address', null, { to: 'network' }),
  ip: field('offset', 'its address', null),
  read: field('text', 'SNMP community to read with', 'public', { secret: true }),
  rw: field('text', 'SNMP community to write with', 'private', { secret: true }),
  oid: field('text', 'SNMP table of learned MAC addresses', '.1.3.6.1.2.1.17.7.1.2.2.1.2', {
    rule: oidRule,
  }),
  version: field('text', 'SNMP version', null, { later: true, choices: ['2c', '3'] }),
  user: field('text', 'SNMPv3 user', null, { later: true, mostBytes: 32, standard: 'RFC 3414 section 5' }),
  auth_protocol: field('text', 'SNMPv3 authentication', null, { later: true, choices: authProtocols }),
  auth_key: field('text', 'key of SNMPv3 authentication, of 8 characters at least', null, key),
  priv_protocol: field('text', 'SNMPv3 privacy', null, { later: true, choices: privProtocols }),
  priv_key: field('text', 'key of SNMPv3 privacy, of 8 characters at least', null, key),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Switch = ObjectOf<typeof switchFields>
