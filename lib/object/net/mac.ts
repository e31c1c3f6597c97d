// MAC addresses: what the command line accepts, and what the firmware of a node reports about itself.

declare const brand: unique symbol

/** A MAC address of six octets, lower-case, with colons: `52:54:00:00:00:01`. */
export type Mac = string & { readonly [brand]: 'Mac' }

// More than any machine has ports; the request is hostile until proven otherwise.
const mostMacs = 64

/** Reads six two-digit hexadecimal groups with colons, in any case. Every other form gives undefined. */
export function parseMac(text: string): Mac | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text) ? (text.toLowerCase() as Mac) : undefined
}

/**
 * Reads a MAC address in any of the usual spellings, with blanks around it: groups of two digits with colons
 * or hyphens, of four with dots, twelve digits.
 */
export function readMac(text: string): Mac | undefined {
  const trimmed = text.trim()
  const bare = /^[0-9a-f]{12}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$|^([0-9a-f]{2}-){5}[0-9a-f]{2}$/i.test(trimmed)
  return parseMac(bare ? (trimmed.match(/[0-9a-f]{2}/gi) ?? []).join(':') : trimmed)
}

/** Why no machine has that MAC address; undefined where one may (IEEE 802 section 8.2). */
export function macObjection(mac: Mac): string | undefined {
  if (mac === 'ff:ff:ff:ff:ff:ff') return 'it is the broadcast address (IEEE 802 section 8.2)'
  if (mac === '00:00:00:00:00:00') return 'it stands for no address'
  const group = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1
  return group ? 'it is a multicast address, of a group of machines (IEEE 802 section 8.2)' : undefined
}

/**
 * Reads a MAC address as firmware reports it: blanks around it and hyphens instead of colons are accepted.
 * What no machine can have gives undefined; so do twelve digits without separators, which could as well be an
 * asset tag.
 */
function parseReported(text: string): Mac | undefined {
  const mac = /[:-]/.test(text) ? readMac(text) : undefined
  return mac && macObjection(mac) === undefined ? mac : undefined
}

/**
 * The MAC addresses in `hwdata` of the boot request (fields separated by `|`: asset tag, boot interface, net0
 * and on), in their order, each once, at most 64. Everything else in it is ignored.
 */
export function macsOfHwdata(text: string): Mac[] {
  const macs = new Set<Mac>()
  for (const field of text.split('|', 4 * mostMacs)) {
    const mac = parseReported(field)
    if (mac && macs.size < mostMacs) macs.add(mac)
  }
  return [...macs]
}

/**
 * True when a card of that MAC address is the one that the kernel knows by a link-layer address (lower-case,
 * with colons). One of InfiniBand has 20 octets, of which the last 8, its GUID, stay the same from boot to
 * boot; firmware shows it as the 6 octets of an Ethernet address made from it.
 */
export function isSameCard(mac: Mac, link: string): boolean {
  if (link.length !== infinibandLength) return mac === link
  const guid = link.split(':').slice(-8)
  return mac === [...guid.slice(0, 3), ...guid.slice(5)].join(':')
}

const infinibandLength = 20 * 3 - 1
