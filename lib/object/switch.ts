// A network switch whose forwarding table tells which machine is plugged in where.
import { field, type ObjectOf } from './field.ts'

export const switchFields = {
  name: field('name', 'host name', ''),
  network: field('ref', 'network of its address', null, { to: 'network' }),
  ip: field('offset', 'its address', null),
  read: field('text', 'SNMP community to read with', 'public'),
  rw: field('text', 'SNMP community to write with', 'private'),
  oid: field('text', 'SNMP table of learned MAC addresses', '.1.3.6.1.2.1.17.7.1.2.2.1.2'),
  comment: field('text', 'free text', ''),
}

export type Switch = ObjectOf<typeof switchFields>
