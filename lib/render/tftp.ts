// The iPXE binaries that firmware is given, under the names that dhcpd.conf has for them, and where
// distributions keep them.

export interface BootFile {
  /** Name in the TFTP root. */
  readonly name: string
  /** For whom, for people. */
  readonly what: string
  /** Where it may come from; the first that is there is taken. */
  readonly sources: readonly string[]
  /** Nodes of this kind cannot boot without it; the others are rarer. */
  readonly needed: boolean
  /** UEFI HTTP boot asks nginx for it as well. */
  readonly http: boolean
}

/**
 * EL has them in /usr/share/ipxe (ipxe-bootimgs), Debian in /usr/lib/ipxe (ipxe). Of the UEFI binaries the
 * one that uses the firmware's own network driver (snponly) comes first: it starts in a moment, where the one
 * with all drivers probes for seconds.
 */
export const bootFiles: readonly BootFile[] = [
  {
    name: 'luna_undionly.kpxe',
    what: 'BIOS',
    sources: ['/usr/share/ipxe/undionly.kpxe', '/usr/lib/ipxe/undionly.kpxe'],
    needed: true,
    http: false,
  },
  {
    name: 'luna_ipxe.efi',
    what: 'UEFI on x86-64',
    sources: [
      '/usr/share/ipxe/ipxe-snponly-x86_64.efi',
      '/usr/lib/ipxe/snponly.efi',
      '/usr/share/ipxe/ipxe-x86_64.efi',
      '/usr/lib/ipxe/ipxe.efi',
    ],
    needed: true,
    http: true,
  },
  {
    name: 'luna_ipxe_arm64.efi',
    what: 'UEFI on arm64',
    sources: [
      '/usr/share/ipxe/arm64-efi/snponly.efi',
      '/usr/share/ipxe/arm64-efi/ipxe.efi',
      '/usr/lib/ipxe/snponly-arm64.efi',
      '/usr/lib/ipxe/ipxe-arm64.efi',
    ],
    needed: false,
    http: true,
  },
]
