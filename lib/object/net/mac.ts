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
 * Reads a MAC address as firmware reports it: blanks around it and hyphens instead of colons are accepted.
 * All zeros and all ones, which stand for "no address", give undefined; so do twelve digits without
 * separators, which could as well be an asset tag.
 */
export function parseMacAny(text: string): Mac | undefined {
  const trimmed = text.trim()
  const mac = parseMac(trimmed.includes(':') ? trimmed : trimmed.replaceAll('-', ':'))
  return mac && /^(00:){5}00$|^(ff:){5}ff$/.test(mac) ? undefined : mac
}

/**
 * The MAC addresses in `hwdata` of the boot request (fields separated by `|`: asset tag, boot interface, net0
 * and on), in their order, each once, at most 64. Everything else in it is ignored.
 */
export function macsOfHwdata(text: string): Mac[] {
  const macs = new Set<Mac>()
  for (const field of text.split('|', 4 * mostMacs)) {
    const mac = parseMacAny(field)
    if (mac && macs.size < mostMacs) macs.add(mac)
  }
  return [...macs]
}
