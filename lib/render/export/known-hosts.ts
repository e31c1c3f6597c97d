// SSH_KNOWN_HOSTS FILE FORMAT of sshd(8): names and addresses, then a key.
import { type ExportedNode, head } from './exported.ts'

/** A public key as a file of ssh-keygen has it, the kind and the key, without its comment. */
export type HostKey = string & { readonly [brand]: 'HostKey' }
declare const brand: unique symbol

const form = /^((?:ssh|ecdsa|sk)-[a-z0-9@.-]{1,60}) ([A-Za-z0-9+/]{20,4096}={0,2})(?:\s|$)/

/** Takes the first line of a text as a key when it has the form of one. */
export function parseHostKey(text: string): HostKey | undefined {
  const [, kind, key] = form.exec(text.trimStart()) ?? []
  return kind && key ? (`${kind} ${key}` as HostKey) : undefined
}

/** Nodes that have the same keys, which those of one image have, are one line for each key. */
export function renderKnownHosts(
  nodes: readonly { readonly node: ExportedNode; readonly keys: readonly HostKey[] }[],
): string {
  const alike = Map.groupBy(nodes, ({ keys }) => keys.join('\n'))
  const lines = [...alike.values()].flatMap((some) => {
    const names = some.flatMap(({ node }) => namesOf(node))
    return (some[0]?.keys ?? []).map((key) => `${[...new Set(names)].join(',')} ${key}\n`)
  })
  return head('ssh-known-hosts') + lines.join('')
}

function namesOf({ name, host, interfaces }: ExportedNode): string[] {
  const addresses = interfaces.filter((one) => one.name !== 'BMC').flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])
  return [name, host, ...addresses.filter((address) => address !== null)]
}
