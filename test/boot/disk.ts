// A disk that proves that it was booted: 512 bytes of real mode code that say a sentence
// on the first serial port.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { places } from '../lab/machine.ts'

// mov si, text; mov dx, 0x3f8; next: cs lodsb; out dx, al; or al, al; jnz next; halt: hlt; jmp halt
// The text is told by an address of its own segment: firmware starts the sector at 0000:7c00 or 07c0:0000.
const code = [
  0xe8, 0x00, 0x00, 0x5e, 0x83, 0xc6, 0x11, 0xba, 0xf8, 0x03, 0x2e, 0xac, 0xee, 0x08, 0xc0, 0x75, 0xf9, 0xf4,
  0xeb, 0xfd,
]

/** Makes a raw image of 1 MiB whose boot sector says the sentence; gives its path. */
export async function markerDisk(name: string, sentence: string): Promise<string> {
  const disk = Buffer.alloc(1024 * 1024)
  Buffer.from(code).copy(disk)
  disk.write(`\r\n${sentence}\r\n\0`, code.length, 'latin1')
  disk.writeUInt16LE(0xaa55, 510)
  const path = join(places.vms, `${name}.disk`)
  await writeFile(path, disk)
  return path
}
