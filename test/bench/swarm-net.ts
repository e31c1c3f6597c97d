// The network of the swarm bench: a bridge, the head's link and one link per node, each node in a namespace of its own; every link
// is shaped at both ends. All of it is in the namespaces of the bench and ends with them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'

/** Where the head is reached. */
export const headAddress = '10.30.255.254'

/** Makes the bridge and the head's link of that many Mbit/s each way. */
export function makeNetwork(mbit: number): void {
  // names of namespaces are mounts below /run: in a /run of our own, nothing of them is left behind
  run('mount', '-t', 'tmpfs', 'bench', '/run')
  mkdirSync('/run/netns')
  run('ip', 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0', 'mcast_snooping', '0')
  run('ip', 'link', 'set', 'br0', 'up')
  run('ip', 'link', 'add', 'head', 'type', 'veth', 'peer', 'name', 'to-head')
  run('ip', 'addr', 'add', `${headAddress}/16`, 'dev', 'head')
  run('ip', 'link', 'set', 'head', 'up')
  join('to-head')
  for (const device of ['head', 'to-head']) shape([], device, mbit)
}

/** Adds a node with its link; gives the name of its namespace. */
export function addNode(number: number, mbit: number): string {
  const [name, port] = [`n${number}`, `to-n${number}`]
  run('ip', 'netns', 'add', name)
  run('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  run('ip', '-n', name, 'link', 'set', 'lo', 'up')
  run('ip', '-n', name, 'addr', 'add', `10.30.${number >> 8}.${number & 255}/16`, 'dev', 'eth0')
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
