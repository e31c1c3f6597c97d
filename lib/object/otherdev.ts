// Any other device that has addresses and DNS names here: power distribution, storage, printers.
import { field, type ObjectOf } from './field.ts'

export const otherdevFields = {
  name: field('name', 'host name', ''),
  connected: field('connected', 'address per network', {}),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Otherdev = ObjectOf<typeof otherdevFields>
