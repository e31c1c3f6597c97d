// CRC-64 with the polynomial of ECMA-182, bits reflected: what archives of mongodump have of each collection.

/** A sum as it stands, in two halves of 32 bits. */
export type Crc64 = readonly [high: number, low: number]

/** The sum of no bytes. */
export const noBytes: Crc64 = [0, 0]

const [polynomialHigh, polynomialLow] = [0xc96c5795, 0xd7870f42]
const high = new Uint32Array(256)
const low = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let [h, l] = [0, byte]
  for (let bit = 0; bit < 8; bit++) {
    const odd = l & 1
    l = (l >>> 1) | ((h & 1) << 31)
    h >>>= 1
    if (odd) [h, l] = [h ^ polynomialHigh, l ^ polynomialLow]
  }
  high[byte] = h
  low[byte] = l
}

/** The sum of what was summed before and these bytes. */
export function addBytes([beforeHigh, beforeLow]: Crc64, bytes: Uint8Array): Crc64 {
  let [h, l] = [~beforeHigh, ~beforeLow]
  for (const byte of bytes) {
    const index = (l ^ byte) & 0xff
    l = ((l >>> 8) | (h << 24)) ^ (low[index] ?? 0)
    h = (h >>> 8) ^ (high[index] ?? 0)
  }
  return [~h, ~l]
}

/** The sum as the signed number that BSON keeps it as. */
export function asInt64([h, l]: Crc64): bigint {
  return BigInt.asIntN(64, (BigInt(h >>> 0) << 32n) | BigInt(l >>> 0))
}
