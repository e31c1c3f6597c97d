// The machines that QEMU imitates, and what is typed on their consoles: BIOS with iPXE in
// the network card's ROM (the quickest), the same BIOS behaving as a PXE client that is
// no iPXE, and UEFI with its own PXE client.

import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Console } from './console.ts'

export type Firmware = 'bios' | 'bios-pxe' | 'uefi'

export const firmwares: readonly Firmware[] = ['bios', 'bios-pxe', 'uefi']

/**
 * Arguments of qemu-system-x86_64(1) for a machine whose first network card has that MAC
 * address and that tap.
 */
export async function qemuArguments(
  firmware: Firmware,
  nic: { mac: string; tap: string },
  folder: string,
): Promise<string[]> {
  const card = `virtio-net-pci,netdev=n1,mac=${nic.mac}${firmware === 'uefi' ? ',romfile=' : ''}`
  return [
    ...(firmware === 'uefi' ? await uefi(folder) : ['-machine', 'pc,graphics=off']),
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1536'],
    ...['-nodefaults', '-display', 'none', '-no-user-config', '-boot', 'n'],
    ...['-netdev', `tap,id=n1,ifname=${nic.tap},script=no,downscript=no`, '-device', card],
    ...['-device', 'virtio-rng-pci'],
  ]
}

async function uefi(folder: string): Promise<string[]> {
  const variables = join(folder, 'ovmf-variables.fd')
  // a fresh copy each time: the boot order is kept in it
  await copyFile('/usr/share/OVMF/OVMF_VARS_4M.fd', variables)
  const code = '/usr/share/OVMF/OVMF_CODE_4M.fd'
  return [
    ...['-machine', 'q35'],
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
  ]
}

const patience = 180_000
const keysAtOnce = 8

/**
 * Types what a person who is in a hurry would: skips iPXE's and the menu's waits. Ends
 * when the menu is answered.
 */
export async function hurry(
  firmware: Firmware,
  console: Console,
  type: (keys: string) => void,
): Promise<void> {
  if (firmware === 'bios-pxe') await pretendPxe(console, type)
  const from = console.text.length
  const skip = console
    .waitFor(/Press Ctrl-B for/, patience, firmware === 'bios' ? 0 : from)
    .then(() => type(' '))
  skip.catch(() => {})
  await console.waitFor(/Ask the server/, 3 * patience)
  type('a')
}

/**
 * There is no PXE ROM in Debian that is not iPXE. But iPXE can be told to call itself what PXE clients do,
 * and then goes all the way: DHCP as a PXE client, the file by TFTP, started through the PXE interface of the
 * card (RFC 4578, PXE 2.1).
 */
async function pretendPxe(console: Console, type: (keys: string) => void): Promise<void> {
  await console.waitFor(/Press Ctrl-B for/, patience)
  type('\x02')
  // without "clear" the second stage inherits the name from the first one's lease, and is loaded twice
  for (const line of [
    'set user-class PXEClient',
    'dhcp net0',
    'clear user-class',
    'chain tftp://$' + '{next-server}/$' + '{filename}',
  ]) {
    await console.waitFor(/iPXE> $/, patience)
    await typeSlowly(line, console, type)
    type('\r')
  }
}

/**
 * A few keys at a time, each lot when the former is on the screen: a BIOS keeps 15 keys, and loses what comes
 * when it is busy.
 */
async function typeSlowly(line: string, console: Console, type: (keys: string) => void): Promise<void> {
  for (let typed = 0; typed < line.length; typed += keysAtOnce) {
    type(line.slice(typed, typed + keysAtOnce))
    const shown = RegExp.escape(line.slice(0, typed + keysAtOnce))
    await console.waitFor(new RegExp(`iPXE> ${shown}`), patience)
  }
}
