// The provisioning network of the lab: a bridge in the lab's own network namespace and a
// tap per node. No way leads out.

import { run } from '../../lib/host/run.ts'

/** The server's side of the network. */
export const network = {
  bridge: 'br0',
  name: 'cluster',
  base: '10.30.0.0',
  prefix: 16,
  server: '10.30.255.254',
  /** Of the lab, where the server is a machine of its own. */
  lab: '10.30.255.250',
  port: 7050,
  rangeStart: '10.30.200.1',
  rangeEnd: '10.30.200.250',
}

/** Address of the node with that number (from 1), which Luna gives in the order of creation. */
export function nodeAddress(number: number): string {
  return `10.30.0.${number}`
}

/** The MAC address that the lab gives the node with that number. */
export function nodeMac(number: number): string {
  return `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`
}

/** Makes the bridge with the server's address, or where the server is another machine with another one. */
export async function makeNetwork(address = network.server): Promise<void> {
  await ip('link', 'set', 'lo', 'up')
  // without these two a new port is silent for 15 s
  await ip('link', 'add', network.bridge, 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0')
  await ip('addr', 'add', `${address}/${network.prefix}`, 'dev', network.bridge)
  await ip('addr', 'add', 'fd30::fe/64', 'dev', network.bridge, 'nodad')
  await ip('link', 'set', network.bridge, 'up')
}

/** Makes the network card's other end for one node. */
export async function makeTap(name: string): Promise<void> {
  await ip('tuntap', 'add', name, 'mode', 'tap')
  await ip('link', 'set', name, 'master', network.bridge, 'up')
}

/** The one of a machine with that name. */
export function tapOf(name: string): string {
  return `tap-${name}`
}

export async function removeTap(name: string): Promise<void> {
  await ip('link', 'delete', name)
}

/** So slow (a rate of tc(8)), a download takes long enough for something to happen meanwhile. */
export async function slowDown(tap: string, rate: string): Promise<void> {
  const shape = ['tbf', 'rate', rate, 'burst', '64k', 'latency', '200ms']
  await run('tc', ['qdisc', 'add', 'dev', tap, 'root', ...shape])
}

export async function fullSpeed(tap: string): Promise<void> {
  await run('tc', ['qdisc', 'del', 'dev', tap, 'root'])
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args)
}
