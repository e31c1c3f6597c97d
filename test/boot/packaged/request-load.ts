// Asks a URL 100 times a second, each time on a new connection and from the next of some addresses, and
// prints what came back when told to stop (SIGTERM). usage: request-load.ts URL ADDRESS...
import { get } from 'node:http'

const [url = '', ...addresses] = process.argv.slice(2)
const failed: Record<string, number> = {}
let sent = 0
let answered = 0
let open = 0

function ask(): void {
  sent++
  open++
  const end = (problem: string | undefined) => {
    open--
    if (problem === undefined) answered++
    else failed[problem] = (failed[problem] ?? 0) + 1
  }
  get(url, { agent: false, localAddress: addresses[sent % addresses.length] }, (response) => {
    response.resume()
    response.on('end', () => end(response.statusCode === 200 ? undefined : String(response.statusCode)))
  }).on('error', (error) => end(error.message))
}

const timer = setInterval(ask, 10)
process.once('SIGTERM', () => {
  clearInterval(timer)
  setInterval(() => {
    if (open > 0) return
    console.log(JSON.stringify({ sent, answered, failed }))
    process.exit()
  }, 50)
})
