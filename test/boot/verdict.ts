// What a booted node says of itself, and how its files differ from those of its image.

import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { run } from '../../lib/host/run.ts'
import { places } from '../lab/machine.ts'
import type { Vm } from '../lab/vm.ts'

export interface Facts {
  hostname: string
  /** All IPv4 addresses but loopback's, with prefix. */
  addresses: string[]
  rootType: string
  /** `running` when every unit came up (systemctl(1), is-system-running). */
  system: string
  failedUnits: string
}

/** Asks the node, once its system has started up entirely. */
export async function factsOf(vm: Vm): Promise<Facts> {
  const { output: system } = await vm.ask('systemctl is-system-running --wait', 120_000)
  const lines = async (question: string) => (await vm.ask(question)).output.trim()
  return {
    system: system.trim(),
    hostname: await lines('cat /proc/sys/kernel/hostname'),
    addresses: (await lines("ip -o -4 addr show scope global | awk '{ print $4 }'")).split('\n'),
    rootType: await lines('findmnt --noheadings --output FSTYPE /'),
    failedUnits: await lines('systemctl --failed --plain --no-legend'),
  }
}

/**
 * The paths that are not the same on the node and in the image, each with `+` (added),
 * `-` (missing) or `~` (other).
 */
export async function differencesFromImage(vm: Vm): Promise<string[]> {
  const script = join(places.image, 'usr/local/sbin/lab-manifest')
  const image = await run(script, [places.image])
  const node = await vm.ask('lab-manifest / | gzip -c | base64 -w 0', 180_000)
  return compare(image.stdout, gunzipSync(Buffer.from(node.output, 'base64')).toString())
}

/** Compares two manifests (lab-manifest of the image); pure. */
export function compare(image: string, node: string): string[] {
  const [before, after] = [byPath(image), byPath(node)]
  const differences: string[] = []
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)]
    if (was !== is) differences.push(`${was === undefined ? '+' : is === undefined ? '-' : '~'} ${path}`)
  }
  return differences.sort()
}

/** All that is said of each path. */
function byPath(manifest: string): Map<string, string> {
  const said = new Map<string, string>()
  for (const line of manifest.split('\n')) {
    const [path, facts] = line.split('\t')
    if (path && facts) said.set(path.slice(1), `${said.get(path.slice(1)) ?? ''}${facts}\n`)
  }
  return said
}
