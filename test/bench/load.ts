// A load of GET requests over kept connections, as a process of its own: what is asked and how comes as a
// message, what came of it goes back. Closed loop: every connection asks again when it is answered. Open
// loop: at a rate, whatever the answers do, and the time of an answer counts from when its request was due.
import { connect, type Socket } from 'node:net'

export interface Order {
  readonly port: number
  /** Asked one after the other, again and again. */
  readonly paths: readonly string[]
  /** Who asks: an address for each path, in the header X-Real-IP. */
  readonly remotes?: readonly string[]
  readonly seconds: number
  readonly connections: number
  /** Requests per second; absent: closed loop. */
  readonly rate?: number
}

export interface Outcome {
  readonly requests: number
  readonly seconds: number
  /** Answers that are no 200, and connections that broke. */
  readonly errors: number
  /** The first of them, for people. */
  readonly example: string
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly most: number
  readonly bytes: number
}

process.on('message', (order: Order) => {
  void run(order).then((outcome) => process.send?.(outcome))
})

interface Question {
  readonly path: string
  readonly remote: string | undefined
}

class Client {
  busy = false
  readonly #port: number
  readonly #over: (fine: boolean, text: string) => void
  #socket: Socket | undefined
  #head = ''
  #missing = -1
  #fine = false

  constructor(port: number, over: (fine: boolean, text: string) => void) {
    this.#port = port
    this.#over = over
  }

  ask({ path, remote }: Question): void {
    this.busy = true
    this.#head = ''
    this.#missing = -1
    this.#socket ??= this.#dial()
    const from = remote === undefined ? '' : `X-Real-IP: ${remote}\r\n`
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: luna\r\n${from}\r\n`)
  }

  close(): void {
    this.#socket?.destroy()
  }

  #hangUp(): void {
    this.#socket?.removeAllListeners('close').destroy()
    this.#socket = undefined
  }

  #dial(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#socket = undefined
      if (this.busy) this.#end(false, 'the connection broke')
    })
    return socket
  }

  #read(chunk: Buffer): void {
    bytes += chunk.length
    if (this.#missing < 0) {
      this.#head += chunk.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = /\r\nContent-Length: (\d+)/i.exec(this.#head)?.[1]
      this.#fine = this.#head.startsWith('HTTP/1.1 200') && length !== undefined
      this.#missing = Number(length ?? 0) - (this.#head.length - end - 4)
    } else this.#missing -= chunk.length
    if (this.#missing > 0) return
    // A server may close a connection after so many requests, and says so.
    if (/\r\nConnection: close\r\n/i.test(this.#head)) this.#hangUp()
    this.#end(this.#fine, this.#head.slice(0, 200))
  }

  #end(fine: boolean, text: string): void {
    this.busy = false
    this.#over(fine, text)
  }
}

let bytes = 0

async function run({ port, paths, remotes, seconds, connections, rate }: Order): Promise<Outcome> {
  const [times, began]: [number[], number] = [[], performance.now()]
  const until = began + seconds * 1000
  let [next, due, errors, example] = [0, 0, 0, '']
  bytes = 0
  const clients: Client[] = []
  const waiting: number[] = []
  const question = () => {
    const at = next++ % paths.length
    return { path: paths[at] ?? '/', remote: remotes?.[at] }
  }
  function begin(client: Client, since: number): void {
    starts.set(client, since)
    client.ask(question())
  }
  const starts = new Map<Client, number>()
  function add(): Client {
    const client: Client = new Client(port, (fine, text) => {
      times.push(performance.now() - (starts.get(client) ?? 0))
      if (!fine) [errors, example] = [errors + 1, example || text]
      const since = rate === undefined ? performance.now() : waiting.shift()
      if (since !== undefined && (rate !== undefined || since < until)) setImmediate(begin, client, since)
    })
    clients.push(client)
    return client
  }
  if (rate === undefined) for (let n = 0; n < connections; n++) begin(add(), performance.now())
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (rate === undefined) continue
    const should = Math.min(rate * seconds, Math.floor(((performance.now() - began) / 1000) * rate))
    for (; due < should; due++) {
      const since = began + (due / rate) * 1000
      const idle = clients.find(({ busy }) => !busy) ?? (clients.length < connections ? add() : undefined)
      if (idle) begin(idle, since)
      else waiting.push(since)
    }
  }
  const patience = performance.now() + 30_000
  while (clients.some(({ busy }) => busy) && performance.now() < patience)
    await new Promise((resolve) => setTimeout(resolve, 5))
  errors += clients.filter(({ busy }) => busy).length + waiting.length
  for (const client of clients) client.close()
  return outcome(times, (performance.now() - began) / 1000, errors, example)
}

function outcome(times: readonly number[], seconds: number, errors: number, example: string): Outcome {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    ...{ requests: times.length, seconds, errors, example, bytes },
    ...{ p50: at(0.5), p99: at(0.99), p999: at(0.999), most: at(1) },
  }
}
