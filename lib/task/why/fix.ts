// What mends a step of an installation that failed, and what has a node try again.
import type { Sight } from './sight.ts'

/** By the step, and by what it had to say; '' where it said nothing. */
export function fixOf(step: string, said: string, { node, group, members, image }: Sight): string {
  const of = group ?? 'GROUP'
  const all = members > 1 ? `; all ${members} nodes of the group have it` : ''
  const change = (script: string) => `luna group change ${of} --${script}`
  const again = `luna node history ${node} --boot N has its last lines`
  switch (step.replace(/^install\.error\./, '')) {
    case 'prescript':
      return `correct the prescript${all}: ${change('prescript')}`
    case 'partscript':
      return noDisk.test(said)
        ? `see which disks it has (lsblk on its console), put one in or correct the script${all}: ${change('partscript')}`
        : `correct the partscript${all}: ${change('partscript')}`
    case 'postscript':
      return `correct the postscript${all}: ${change('postscript')}`
    case 'setupbmc':
      return `luna bmcsetup show NAME; to go on without: luna node change ${node} --setupbmc n`
    case 'download':
      return 'luna doctor'
    case 'unpack':
      if (/no space|disk full/i.test(said))
        return `make room for the image on the disk by the partscript${all}: ${change('partscript')}`
      return said === ''
        ? `look at its console, then pack it anew: luna osimage pack ${image ?? 'IMAGE'}`
        : `pack it anew: luna osimage pack ${image ?? 'IMAGE'}`
    case 'setnet':
      return `luna group show ${of}; ${again}`
    default:
      return again
  }
}

const noDisk =
  /no such (file or directory|device)|cannot open \/dev|not a block device|no disk|does not exist/i

/** What starts the node anew: a command only where it has a BMC that could be asked. */
export function restart({ node, bmc, power }: Pick<Sight, 'node' | 'bmc' | 'power'>): string {
  if (power === null && !bmc) return 'switch it off and on by hand (it has no BMC that Luna could ask)'
  if (isSilent(power)) return 'switch it off and on by hand (its BMC does not answer)'
  return `lpower cycle ${node}`
}

/** Whether nothing but trouble came of asking the BMC; one that says another word than on and off answers. */
export function isSilent(power: Sight['power']): boolean {
  return power !== null && typeof power === 'object' && !power.trouble.startsWith(bmcSays)
}

/** What stands before a word of a BMC that is neither on nor off. */
export const bmcSays = 'its BMC says '
