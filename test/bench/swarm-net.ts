// The network of the swarm bench: a bridge, the head's link and one link per node, each
// node in a namespace of its own; every link is shaped at both ends. All of it is in the
// namespaces of the bench and ends with them.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Where the head is reached. */
export const headAddress = '10.30.255.254'

const firewall = '/proc/sys/net/bridge/bridge-nf-call-iptables'

/** Makes the bridge and the head's link of that many Mbit/s each way. */
export function makeNetwork(mbit: number): void {
  // names of namespaces are mounts below /run: in a /run of our own, nothing of them is left behind
  run('mount', '-t', 'tmpfs', 'bench', '/run')
  mkdirSync('/run/netns')
  run('ip', 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0')
  run('ip', 'link', 'set', 'br0', 'up')
  // a switch has no firewall
  if (existsSync(firewall)) writeFileSync(firewall, '0')
  run('ip', 'link', 'add', 'head', 'address', macOf(0), 'type', 'veth', 'peer', 'name', 'to-head')
  run('ip', 'addr', 'add', `${headAddress}/16`, 'dev', 'head')
  run('ip', 'link', 'set', 'head', 'up')
  join('to-head')
  for (const device of ['head', 'to-head']) shape([], device, mbit)
}

/** Adds so many nodes with a link each; gives the names of their namespaces. */
export function addNodes(count: number, mbit: number): string[] {
  const numbers = Array.from({ length: count }, (_, at) => at + 1)
  const names = numbers.map((number) => addNode(number, mbit))
  introduce([], 'head', numbers)
  for (const name of names) introduce(['-n', name], 'eth0', [0, ...numbers])
  return names
}

function addNode(number: number, mbit: number): string {
  const [name, port] = [`n${number}`, `to-n${number}`]
  const node = ['name', 'eth0', 'address', macOf(number), 'netns', name]
  run('ip', 'netns', 'add', name)
  run('ip', 'link', 'add', port, 'type', 'veth', 'peer', ...node)
  run('ip', '-n', name, 'link', 'set', 'lo', 'up')
  run('ip', '-n', name, 'addr', 'add', `${addressOf(number)}/16`, 'dev', 'eth0')
  run('ip', '-n', name, 'link', 'set', 'eth0', 'up')
  join(port)
  shape([], port, mbit)
  shape(['-n', name], 'eth0', mbit)
  return name
}

/** Bytes that the head has sent. */
export function sentByHead(): number {
  const [, counters = ''] = /^ *head:(.*)/m.exec(readFileSync('/proc/self/net/dev', 'utf8')) ?? []
  return Number(counters.trim().split(/\s+/)[8])
}

/**
 * Says who has which address, for good: the neighbours of all namespaces of a machine share one table of 1024
 * places (arp(7), gc_thresh3), and from 32 nodes on some would find nobody.
 */
function introduce(where: readonly string[], device: string, numbers: readonly number[]): void {
  const lines = numbers.map(
    (number) => `neigh replace ${addressOf(number)} lladdr ${macOf(number)} dev ${device} nud permanent\n`,
  )
  execFileSync('ip', [...where, '-batch', '-'], {
    input: lines.join(''),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

/** The head is number 0. */
function addressOf(number: number): string {
  return number === 0 ? headAddress : `10.30.${number >> 8}.${number & 255}`
}

function macOf(number: number): string {
  return `02:00:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`
}

function join(port: string): void {
  run('ip', 'link', 'set', port, 'master', 'br0', 'up')
}

/** What is sent into the link: so fast, and no more than 20 ms of it wait (tc-tbf(8)). */
function shape(where: readonly string[], device: string, mbit: number): void {
  const filter = ['tbf', 'rate', `${mbit}mbit`, 'burst', '64k', 'latency', '20ms']
  run('tc', ...where, 'qdisc', 'add', 'dev', device, 'root', ...filter)
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
