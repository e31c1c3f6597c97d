// A node that asks while somebody attacks: discovery and install script in turns, every 50 ms, until its
// standard input ends; then it says how long each took, in milliseconds (JSON). probe.ts URL...
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const urls = process.argv.slice(2)
const times: number[] = []
let failed = 0
let over = false
process.stdin.resume().once('end', () => {
  over = true
})
for (let at = 0; !over; at++) {
  const since = performance.now()
  const status = await ask(urls[at % urls.length] ?? '')
  if (status === 200) times.push(performance.now() - since)
  else failed++
  await delay(50)
}
console.log(JSON.stringify({ times, failed }))

function ask(url: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: 10_000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(0))
    asked.end()
  })
}
