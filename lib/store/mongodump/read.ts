// A database from any form in which it is kept outside of a store: a text of `luna db export`, a folder or an
// archive of mongodump.
import { stat } from 'node:fs/promises'
import { LunaError } from '../../error.ts'
import { decodeText } from '../../object/given/text.ts'
import { parseDump } from '../dump.ts'
import type { Dump } from '../store.ts'
import { archiveMagic, readArchive } from './archive.ts'
import { Bytes, bytesOfFile, unpacked } from './bytes.ts'
import { readFolder } from './folder.ts'
import { DumpGathering } from './gather.ts'

/** A database outside of a store. */
export interface Exported {
  readonly dump: Dump
  /** Other databases that were there too, by name. */
  readonly others: readonly string[]
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08])

// A string of JavaScript cannot be much longer.
const longestText = 500_000_000

/**
 * Reads a database from a file or folder, or from what is piped in. Throws LunaError `invalid` that says what
 * is wrong and where.
 */
export async function readExported(source: string | AsyncIterable<Uint8Array>): Promise<Exported> {
  if (typeof source !== 'string') return await readBytes(new Bytes('standard input', source))
  if (!(await isFolder(source))) return await readBytes(bytesOfFile(source))
  const gathering = new DumpGathering()
  await readFolder(source, gathering)
  return { dump: gathering.dump(), others: [] }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LunaError('invalid', `cannot read ${JSON.stringify(path)}`, {
      why,
      fix: 'give a file that luna db export made, what mongodump wrote, or - for standard input',
      cause,
    })
  }
}

async function readBytes(given: Bytes): Promise<Exported> {
  const packed = (await given.peek(gzipMagic.length)).equals(gzipMagic)
  const bytes = packed ? unpacked(given) : given
  const magic = await bytes.peek(archiveMagic.length)
  if (!magic.equals(archiveMagic)) {
    // A text may have a NUL that does not belong there; more than that is BSON, or nothing of ours.
    if (magic.includes(0) && !/^[\s!-~]*\0[\s!-~]*$/.test(magic.toString('latin1')))
      throw noDatabase(bytes.name)
    return { dump: parseDump(await textOf(bytes)), others: [] }
  }
  const gathering = new DumpGathering()
  const others = await readArchive(bytes, gathering)
  return { dump: gathering.dump(), others }
}

function noDatabase(name: string): LunaError {
  return new LunaError('invalid', `there is no database in ${name}`, {
    why: 'byte 0: neither a text of luna db export nor an archive of mongodump (0x8199e26d) begins so',
    fix: 'give such a file, or for COLLECTION.bson the folder that it is in',
  })
}

async function textOf(bytes: Bytes): Promise<string> {
  const all: Buffer[] = []
  for await (const some of bytes.left()) {
    all.push(some)
    if (bytes.offset > longestText) throw bytes.damaged(`a text is at most ${longestText} bytes long`)
  }
  return decodeText(Buffer.concat(all), bytes.name)
}
