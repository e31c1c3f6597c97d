// Which command mends a step of an installation that failed.

interface Of {
  readonly node: string
  readonly group: string | null
  readonly image: string | null
}

/** By the step, and by what it had to say. */
export function fixOf(step: string, said: string, { node, group, image }: Of): string {
  const again = `luna node history ${node} --boot N has its last lines`
  const of = group ?? 'GROUP'
  switch (step.replace(/^install\.error\./, '')) {
    case 'prescript':
      return `correct it: luna group change ${of} --prescript`
    case 'partscript':
      return noDisk.test(said)
        ? `see which disks it has (lsblk on its console), then: luna group change ${of} --partscript`
        : `correct it: luna group change ${of} --partscript`
    case 'postscript':
      return `correct it: luna group change ${of} --postscript`
    case 'setupbmc':
      return `luna bmcsetup show NAME; to go on without: luna node change ${node} --setupbmc n`
    case 'download':
      return 'luna doctor'
    case 'unpack':
      return /no space|disk full/i.test(said)
        ? `make room for the image on the disk: luna group change ${of} --partscript`
        : `pack it anew: luna osimage pack ${image ?? 'IMAGE'}`
    case 'setnet':
      return `luna group show ${of}; ${again}`
    default:
      return again
  }
}

const noDisk =
  /no such (file or directory|device)|cannot open \/dev|not a block device|no disk|does not exist/i
