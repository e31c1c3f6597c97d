// Targets of Prometheus, as its file_sd_configs reads them: JSON, a list of targets with labels.
import type { ExportedNode } from './exported.ts'

/** Nodes of one group and image together, each by its host name and the port. */
export function renderPrometheus(nodes: readonly ExportedNode[], port: number): string {
  const alike = Map.groupBy(nodes, ({ group, image }) => JSON.stringify([group, image]))
  const lists = [...alike.values()].map((some) => ({
    targets: some.map(({ host }) => `${host}:${port}`),
    labels: labelsOf(some[0]),
  }))
  return `${JSON.stringify(lists, null, 2)}\n`
}

function labelsOf(node: ExportedNode | undefined): Readonly<Record<string, string>> {
  return {
    ...(node?.group && { luna_group: node.group }),
    ...(node?.image && { luna_osimage: node.image }),
  }
}
