// Names on the command line, with the files that they may stand in.
import { readFileSync } from 'node:fs'
import { LunaError } from '../../error.ts'
import { type NameList, readNameList } from '../../object/choice/name-list.ts'

// Bytes: as many names as one command takes have room.
const mostBytes = 32 << 20

/** Reads a hostlist, `@FILE` and `!NAMES` among its parts. Throws LunaError `invalid`. */
export function readNames(text: string): NameList {
  return readNameList(text, textOf)
}

function textOf(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new LunaError('invalid', `cannot read names from ${JSON.stringify(path)}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'give a file with names in it: @FILE',
      cause,
    })
  }
  if (bytes.length <= mostBytes) return bytes.toString()
  throw new LunaError('invalid', `the file ${JSON.stringify(path)} is too long to be a list of names`, {
    fix: 'give a file with names in it, a line each',
  })
}
