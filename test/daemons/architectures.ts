// IANA's "Processor Architecture Types" (option 93 of DHCP, RFC 4578 section 2.1), and what of Luna's each of
// them can start.

export interface Architecture {
  readonly type: number
  readonly name: string
  /** By TFTP; undefined where Luna has nothing that such a machine could run. */
  readonly file?: string
  /** The name in the folder `boot` for UEFI HTTP boot. */
  readonly byHttp?: string
}

const bios = { file: 'luna_undionly.kpxe' }
const x64 = { file: 'luna_ipxe.efi', byHttp: 'luna_ipxe.efi' }
const x64ByHttp = { byHttp: 'luna_ipxe.efi' }
const arm64 = { file: 'luna_ipxe_arm64.efi', byHttp: 'luna_ipxe_arm64.efi' }
const arm64ByHttp = { byHttp: 'luna_ipxe_arm64.efi' }

export const architectures: readonly Architecture[] = [
  { type: 0x00, name: 'x86 BIOS', ...bios },
  { type: 0x01, name: 'NEC/PC98' },
  { type: 0x02, name: 'Itanium' },
  { type: 0x03, name: 'DEC Alpha' },
  { type: 0x04, name: 'Arc x86' },
  { type: 0x05, name: 'Intel Lean Client' },
  { type: 0x06, name: 'x86 UEFI' },
  { type: 0x07, name: 'x64 UEFI', ...x64 },
  { type: 0x08, name: 'EFI Xscale' },
  // EFI byte code by the list; what some x64 firmware says, since RFC 4578 had the two the other way round.
  { type: 0x09, name: 'EBC', ...x64 },
  { type: 0x0a, name: 'ARM 32-bit UEFI' },
  { type: 0x0b, name: 'ARM 64-bit UEFI', ...arm64 },
  { type: 0x0c, name: 'PowerPC Open Firmware' },
  { type: 0x0d, name: 'PowerPC ePAPR' },
  { type: 0x0e, name: 'POWER OPAL v3' },
  { type: 0x0f, name: 'x86 UEFI boot from HTTP' },
  { type: 0x10, name: 'x64 UEFI boot from HTTP', ...x64ByHttp },
  { type: 0x11, name: 'EBC boot from HTTP', ...x64ByHttp },
  { type: 0x12, name: 'ARM UEFI 32 boot from HTTP' },
  { type: 0x13, name: 'ARM UEFI 64 boot from HTTP', ...arm64ByHttp },
  { type: 0x14, name: 'PC/AT BIOS boot from HTTP' },
  { type: 0x15, name: 'ARM 32 U-Boot' },
  { type: 0x16, name: 'ARM 64 U-Boot' },
  { type: 0x17, name: 'ARM U-Boot 32 boot from HTTP' },
  { type: 0x18, name: 'ARM U-Boot 64 boot from HTTP' },
  { type: 0x19, name: 'RISC-V 32-bit UEFI' },
  { type: 0x1a, name: 'RISC-V 32-bit UEFI boot from HTTP' },
  { type: 0x1b, name: 'RISC-V 64-bit UEFI' },
  { type: 0x1c, name: 'RISC-V 64-bit UEFI boot from HTTP' },
  { type: 0x1d, name: 'RISC-V 128-bit UEFI' },
  { type: 0x1e, name: 'RISC-V 128-bit UEFI boot from HTTP' },
  { type: 0x1f, name: 's390 Basic' },
  { type: 0x20, name: 's390 Extended' },
  { type: 0x21, name: 'MIPS 32-bit UEFI' },
  { type: 0x22, name: 'MIPS 64-bit UEFI' },
  { type: 0x23, name: 'Sunway 32-bit UEFI' },
  { type: 0x24, name: 'Sunway 64-bit UEFI' },
  { type: 0x25, name: 'LoongArch 32-bit UEFI' },
  { type: 0x26, name: 'LoongArch 32-bit UEFI boot from HTTP' },
  { type: 0x27, name: 'LoongArch 64-bit UEFI' },
  { type: 0x28, name: 'LoongArch 64-bit UEFI boot from HTTP' },
  { type: 0x29, name: 'ARM rpiboot' },
  { type: 0xffff, name: 'one that is not in the list' },
]
