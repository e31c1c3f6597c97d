// Network cards by what their makers call them on the PCI bus: vendor and device.

declare const brand: unique symbol

/** PCI ids of a card, lower-case: `8086:100e`. */
export type Card = string & { readonly [brand]: 'Card' }

/**
 * Reads the setting `busid` of iPXE in hexadecimal digits: `01` for PCI, then vendor and device with four
 * each, and nothing between them. Cards of other buses, and every other text, give undefined.
 */
export function cardOfBusid(text: string): Card | undefined {
  const [, vendor, device] = /^01([0-9a-f]{4})([0-9a-f]{4})$/i.exec(text) ?? []
  return vendor && device ? (`${vendor}:${device}`.toLowerCase() as Card) : undefined
}
