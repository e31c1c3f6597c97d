// Lines for slurm.conf(5): the nodes and a partition per group. What the nodes have of processors and memory,
// only they know (slurmd -C).
import { compressHostlist } from '../../object/hostlist.ts'
import { type ExportedNode, head, nodesBy, word } from './exported.ts'

/** To be taken in by `Include` of slurm.conf. The addresses spare it a name server. */
export function renderSlurm(nodes: readonly ExportedNode[]): string {
  return (
    head('slurm') +
    '# What a node has (CPUs, RealMemory), "slurmd -C" says there; NodeName=DEFAULT before this holds for all.\n' +
    inStep(nodes).map(nodeLine).join('') +
    partitions([...nodesBy(nodes, ({ group }) => group)])
  )
}

/** Names that differ only in what slurm does not take are one partition. */
function partitions(groups: readonly (readonly [string, readonly ExportedNode[]])[]): string {
  const named = Map.groupBy(groups, ([name]) => partitionName(name))
  return [...named]
    .map(([name, some]) => {
      const nodes = some.flatMap(([, all]) => all.map((node) => node.name))
      return `PartitionName=${name} Nodes=${compressHostlist(nodes)} State=UP\n`
    })
    .join('')
}

/** DEFAULT is no partition of its own there. */
function partitionName(name: string): string {
  const safe = word(name, '.-')
  return /^default$/i.test(safe) ? `group_${safe}` : safe
}

interface Place {
  readonly name: string
  /** IPv4; slurm takes the ranges of names and addresses one by one, in their order. */
  readonly address: string | null
}

function nodeLine(run: readonly Place[]): string {
  const names = compressHostlist(run.map(({ name }) => name))
  const addresses = run.flatMap(({ address }) => address ?? [])
  const addr = addresses.length > 0 ? ` NodeAddr=${compressHostlist(addresses)}` : ''
  return `NodeName=${names}${addr} State=UNKNOWN\n`
}

/** Nodes whose numbers and addresses count up together; those without an address are one by one. */
function inStep(nodes: readonly ExportedNode[]): Place[][] {
  const runs: Place[][] = []
  for (const { name, address } of nodes) {
    const place = { name, address: address?.includes('.') ? address : null }
    const last = runs.at(-1)?.at(-1)
    if (last && follows(last.name, name) && follows(last.address, place.address)) runs.at(-1)?.push(place)
    else runs.push([place])
  }
  return runs
}

/** Whether a text is another one with the next number at its end, as many digits wide. */
function follows(before: string | null, text: string | null): boolean {
  const [was, is] = [numbered(before), numbered(text)]
  if (!was || !is || was.head !== is.head || is.number !== was.number + 1) return false
  return was.width === is.width || (was.digits[0] !== '0' && is.digits[0] !== '0')
}

function numbered(text: string | null) {
  const [, head, digits] = /^(.*?)(\d{1,9})$/.exec(text ?? '') ?? []
  return digits === undefined ? undefined : { head, digits, number: Number(digits), width: digits.length }
}
