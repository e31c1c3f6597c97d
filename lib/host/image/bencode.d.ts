// The part of bencode 4 that Luna uses; the package has no types of its own.
declare module 'bencode' {
  namespace bencode {
    type Bdecoded = number | Uint8Array | readonly Bdecoded[] | Bdict
    /** Keys are UTF-8; one that is not is hexadecimal digits here. */
    interface Bdict {
      readonly [key: string]: Bdecoded
    }
  }

  const bencode: {
    decode(bytes: Uint8Array): bencode.Bdecoded | null
    encode(value: bencode.Bdecoded): Uint8Array
  }

  export = bencode
}
