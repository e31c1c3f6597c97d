// Writes network files as the install script does, for an image that has what reads them.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { renderInstallScript } from '../../../lib/render/install.ts'
import { plant, runFunctions, view } from '../install-script.ts'

/** Files by which the install script tells what an image has. */
export const images = {
  netplan: {
    ...{ 'usr/sbin/netplan': '', 'etc/netplan/': '' },
    ...{ 'usr/lib/systemd/systemd-networkd': '', 'usr/lib/systemd/systemd-resolved': '' },
  },
  ifcfg: { 'etc/sysconfig/network-scripts/ifup': '', 'usr/sbin/NetworkManager': '' },
  keyfile: { 'usr/sbin/NetworkManager': '', 'etc/sysconfig/network-scripts/readme': '' },
  ifupdown: {
    ...{ 'sbin/ifup': '', 'etc/network/': '', 'usr/lib/systemd/systemd-networkd': '', 'sbin/dhclient': '' },
    ...{ 'etc/network/if-pre-up.d/ifenslave': '', 'etc/network/if-up.d/000resolvconf': '', 'sbin/brctl': '' },
    // so that ifup stays below the root
    ...{ 'etc/network/interfaces': 'source interfaces.d/*\n' },
  },
  networkd: {
    ...{ 'usr/lib/systemd/systemd-networkd': '', 'usr/lib/systemd/systemd-resolved': '' },
    ...{ 'usr/lib/systemd/system/systemd-networkd.service': '' },
  },
} as const

const script = renderInstallScript(view)

/**
 * Writes the interfaces (ifcfg text by name) below FOLDER/root; gives what the console
 * and the server were told.
 */
export function writeNetwork(
  folder: string,
  way: keyof typeof images,
  interfaces: Readonly<Record<string, string>>,
  image: Readonly<Record<string, string>> = images[way],
): string {
  plant(join(folder, 'root'), image)
  plant(
    join(folder, 'luna/network'),
    Object.fromEntries(Object.entries(interfaces).map(([name, text]) => [`ifcfg-${name}`, text])),
  )
  const env = { LUNA_DIR: join(folder, 'luna'), LUNA_ROOT: join(folder, 'root') }
  const ran = runFunctions(script, 'write_network "$luna/network"', env)
  assert.equal(ran.status, 0, ran.output)
  assert.match(ran.output, new RegExp(`^luna: network files: ${way}$`, 'm'))
  return ran.output
}

/** The keys of an interface that the console says are lost, sorted. */
export function lossesSaid(output: string, name: string): string[] {
  const lines = output.split('\n').filter((line) => line.startsWith(`luna: interface ${name}: `))
  const keys = lines.map(
    (line) => /: (?:no \w+ form of|nothing in the image reads): ([^ ]+)/.exec(line)?.[1] ?? line,
  )
  return [...new Set(keys)].toSorted()
}
