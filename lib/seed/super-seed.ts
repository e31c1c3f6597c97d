// Super-seeding (BEP 16): the seeder has all pieces and says so of few. What it gives to a peer is what fewest others have, and
// so its link carries every piece once before it carries any twice; the swarm does the rest. When the swarm has all of them,
// it becomes a seeder like any other, for those who are late. Pure.

interface Known {
  /** Per piece, what is between the peer and us: bits `told` and `has`. */
  readonly pieces: Uint8Array
  /** Pieces that the peer was told of, and neither has nor has asked for. */
  readonly open: Set<number>
  /** How many pieces it neither has nor was told of. */
  news: number
  ready: boolean
}

const told = 1
const has = 2

export class SuperSeed<Peer> {
  /** Per piece, how many peers have it; and how many of the others were told of it. */
  readonly #copies: Uint32Array
  readonly #promised: Uint32Array
  /** How many pieces no peer has. */
  #missing: number
  readonly #peers = new Map<Peer, Known>()
  readonly #atOnce: number
  readonly #random: () => number

  /** For so many pieces of so many bytes; `random` gives numbers from 0 to less than 1. */
  constructor(pieces: number, pieceLength: number, random: () => number = Math.random) {
    this.#copies = new Uint32Array(pieces)
    this.#promised = new Uint32Array(pieces)
    this.#missing = pieces
    this.#atOnce = Math.max(2, Math.ceil(enough / pieceLength))
    this.#random = random
  }

  /** A peer that is ready to be told; gives the pieces to tell it of. */
  join(peer: Peer): number[] {
    const known = this.#of(peer)
    known.ready = true
    return this.#tell(known)
  }

  /** The peer says that it has these pieces; gives the next ones to tell it of, if it is ready. */
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

  /** The peer has asked for the last part of a piece; gives the next ones, so that it does not run out of what to ask for. */
  asked(peer: Peer, piece: number): number[] {
    const known = this.#of(peer)
    known.open.delete(piece)
    return this.#tell(known)
  }

  /** What it has is no longer to be had. */
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
    while (open.size < this.#atOnce) {
      const piece = this.#rarestOf(pieces)
      if (piece === undefined) return
      yield piece
    }
  }

  /** Of the pieces that are news to the peer the one that fewest have or will have; any of them where there are several. */
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

// Bytes that keep the link to one peer busy until it has said what it got; more of it would only be promised to too many.
const enough = 2 ** 20
