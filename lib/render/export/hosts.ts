// hosts(5): an address and its names a line.
import { head } from './exported.ts'

export interface HostLine {
  readonly address: string
  /** The canonical name first. */
  readonly names: readonly string[]
}

/** A whole file, in which this machine is still localhost. */
export function renderHosts(lines: readonly HostLine[]): string {
  const own = ['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback']
  return `${head('hosts')}${[...own, ...lines.map(({ address, names }) => `${address}\t${names.join(' ')}`)].join('\n')}\n`
}
