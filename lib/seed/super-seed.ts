// Super-seeding (BEP 16): the seeder has all pieces, and tells each peer of a few that fewest others have. So
// its link carries every piece once before it carries any twice, and the swarm does the rest. When the swarm
// has all pieces, the seeder tells each peer of all, for peers that come late. Pure.

interface Known {
  /** Per piece the bits `told` (the peer was told of it) and `has` (the peer has it). */
  readonly pieces: Uint8Array
  /** Pieces that the peer was told of, and neither has nor has asked for yet. */
  readonly open: Set<number>
  /** How many pieces the peer neither has nor was told of. */
  news: number
  ready: boolean
}

const told = 1
const has = 2

export class SuperSeed<Peer> {
  /** Per piece, how many peers have it; and how many were told of it and do not have it. */
  readonly #copies: Uint32Array
  readonly #promised: Uint32Array
  /** How many pieces no peer has. */
  #missing: number
  readonly #peers = new Map<Peer, Known>()
  readonly #pieceLength: number
  readonly #random: () => number

  /** For so many pieces of so many bytes; `random` gives numbers from 0 to less than 1. */
  constructor(pieces: number, pieceLength: number, random: () => number = Math.random) {
    this.#copies = new Uint32Array(pieces)
    this.#promised = new Uint32Array(pieces)
    this.#missing = pieces
    this.#pieceLength = pieceLength
    this.#random = random
  }

  /** Takes in a peer that can be told of pieces; gives the pieces to tell it of. */
  join(peer: Peer): number[] {
    const known = this.#of(peer)
    known.ready = true
    return this.#tell(known)
  }

  /** Notes that the peer has these pieces; gives the next ones to tell it of, once it has joined. */
  has(peer: Peer, pieces: Iterable<number>): number[] {
    const known = this.#of(peer)
    for (const piece of pieces) {
      const before = known.pieces[piece]
      if (before === undefined || before & has) continue
      known.pieces[piece] = before | has
      if (before === 0) known.news--
      known.open.delete(piece)
      if (before & told) count(this.#promised, piece, -1)
      if (count(this.#copies, piece, 1) === 1) this.#missing--
    }
    return known.ready ? this.#tell(known) : []
  }

  /**
   * Notes that the peer has asked for the last part of a piece; gives the next ones, so that it has always
   * some to ask for.
   */
  asked(peer: Peer, piece: number): number[] {
    const known = this.#of(peer)
    known.open.delete(piece)
    return this.#tell(known)
  }

  /** Forgets a peer and its pieces. */
  leave(peer: Peer): void {
    const known = this.#peers.get(peer)
    this.#peers.delete(peer)
    for (const [piece, state] of known?.pieces.entries() ?? []) {
      if (state & has && count(this.#copies, piece, -1) === 0) this.#missing++
      if (state === told) count(this.#promised, piece, -1)
    }
  }

  #of(peer: Peer): Known {
    const found = this.#peers.get(peer)
    if (found) return found
    const { length } = this.#copies
    const known = { pieces: new Uint8Array(length), open: new Set<number>(), news: length, ready: false }
    this.#peers.set(peer, known)
    return known
  }

  #tell(known: Known): number[] {
    const next: number[] = []
    if (known.news === 0) return next
    for (const piece of this.#missing > 0 ? this.#rarest(known) : allNews(known)) {
      known.pieces[piece] = told
      known.news--
      known.open.add(piece)
      count(this.#promised, piece, 1)
      next.push(piece)
    }
    return next
  }

  *#rarest({ pieces, open }: Known): Generator<number> {
    const window = this.#window()
    while (open.size < window) {
      const piece = this.#rarestOf(pieces)
      if (piece === undefined) return
      yield piece
    }
  }

  /**
   * How many pieces may be on their way to one peer: its share of what is on its way to all, so that a few
   * fast peers never wait for us, and many are not promised the same.
   */
  #window(): number {
    const part = (this.#copies.length * this.#pieceLength) / 32
    const bytes = Math.min(Math.max(part, enough.least), enough.most) / Math.max(1, this.#peers.size)
    return Math.max(2, Math.ceil(bytes / this.#pieceLength))
  }

  /**
   * Of the pieces that are news to the peer the one that fewest have or were told of; a random one of
   * several.
   */
  #rarestOf(pieces: Uint8Array): number | undefined {
    const start = Math.floor(this.#random() * pieces.length)
    let [found, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY]
    for (let step = 0; step < pieces.length && least > 0; step++) {
      const piece = (start + step) % pieces.length
      if (pieces[piece] !== 0) continue
      const spread = (this.#copies[piece] ?? 0) + (this.#promised[piece] ?? 0)
      if (spread >= least) continue
      found = piece
      least = spread
    }
    return found
  }
}

function allNews({ pieces }: Known): number[] {
  return [...pieces.keys()].filter((piece) => pieces[piece] === 0)
}

function count(counts: Uint32Array, piece: number, more: 1 | -1): number {
  const now = (counts[piece] ?? 0) + more
  counts[piece] = now
  return now
}

// Bytes on their way to all peers. The least keeps a link of 50 Mbit/s busy until they tell what they have
// got, the most one of 10 Gbit/s.
const enough = { least: 2 ** 20, most: 2 ** 24 }
