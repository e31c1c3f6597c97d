// Whether generated files are what the database says: the dry runs of the make commands.

import { sentence } from '../../error.ts'
import type { Generated } from '../generate/generate.ts'
import { type MadeKind, madeKinds } from '../made-kinds.ts'
import { type Check, fine, firstOf, type Verdict, warning, wrong } from './check.ts'

const names: Readonly<Record<MadeKind['name'], string>> = {
  dhcp: 'dhcpd.conf',
  tftp: 'iPXE binaries',
  nginx: 'nginx file',
  dns: 'zones',
}

/** What these checks are called. */
export const generatedNames: readonly string[] = Object.values(names)

export const generatedChecks: readonly Check[] = madeKinds.map((kind) => ({
  name: names[kind.name],
  async run({ cluster, config, store }) {
    if (!kind.wasMade(cluster, config)) return neverMade(kind)
    return judgeGenerated(kind.name, await kind.make(store, config, true))
  },
}))

/** DNS and DHCP may be the business of other machines; nginx and TFTP are not. */
export function neverMade({ name, first }: Pick<MadeKind, 'name' | 'first'>): Verdict {
  if (name === 'dns') return fine(`DNS is not made here (${first})`)
  if (name === 'dhcp') return warning('the cluster has no DHCP range yet', first)
  return wrong('never made', first)
}

/** What the dry run of a make command says. */
export function judgeGenerated(
  name: MadeKind['name'],
  { due, warnings, failures }: Pick<Generated, 'due' | 'warnings' | 'failures'>,
): Verdict {
  if (failures.length > 0) return wrong(firstOf(failures.map(sentence)), 'luna cluster make')
  if (due.length > 0) return wrong(`not what the database says: ${firstOf(due)}`, 'luna cluster make')
  if (warnings.length > 0) return warning(firstOf(warnings), `luna cluster make${name} --dry-run`)
  return fine('what the database says')
}
