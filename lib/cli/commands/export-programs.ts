// luna export for programs: the cluster in their words.
import { type OptionTable, option } from '../../program/option.ts'
import type { NodeChoice } from '../../task/choose/nodes.ts'
import { choiceOf, choosingOptions } from '../choosing/chosen.ts'
import { type Command, type Context, command, type Given } from '../command.ts'
import { warn } from '../rows.ts'

const outputOption = option('text', 'into this file, at once, when it differs from what is there', {
  short: 'o',
  value: 'FILE',
  refersTo: 'file',
})

const options = { ...choosingOptions, output: outputOption } as const

interface Row<T extends OptionTable> {
  readonly action: string
  readonly help: string
  readonly options?: T
  readonly examples: Command['examples']
  /** The text of the file. */
  make(context: Context, choice: NodeChoice, given: Given<T>): Promise<string>
}

function exportRow<const T extends OptionTable = Record<never, never>>(row: Row<T>): Command {
  const all = { ...options, ...row.options }
  return command({
    action: row.action,
    help: row.help,
    operand: 'some',
    options: all as OptionTable,
    examples: row.examples,
    async run(context, given, names) {
      await requireCluster(context)
      const choice = choiceOf({ options: all }, given, names)
      await write(context, await row.make(context, choice, given as Given<T>), given.output)
    },
  })
}

/** Without one the file of a program would lose all that is in it. Throws LunaError `not-found`. */
export async function requireCluster(context: Context): Promise<void> {
  const { getCluster } = await import('../../task/inventory.ts')
  await getCluster(await context.store())
}

async function write(context: Context, text: string, file: unknown): Promise<void> {
  if (typeof file !== 'string') return context.print(text)
  const { replaceFile } = await import('../../host/replace-file.ts')
  const replaced = await replaceFile(file, text)
  context.log.info(replaced ? 'written' : 'it was so before', { file })
}

/** Undefined where nothing is said of nodes: then switches and other devices are meant as well. */
function narrowed(choice: NodeChoice): NodeChoice | undefined {
  return choice.names || choice.group !== undefined || choice.where ? choice : undefined
}

async function nodesOf(context: Context, choice: NodeChoice) {
  const { exportedNodes } = await import('../../task/export/nodes.ts')
  const { nodes, warnings } = await exportedNodes(await context.store(), choice)
  warn(context, warnings)
  return nodes
}

const hosts = exportRow({
  action: 'hosts',
  help: 'Addresses and names as a hosts file.',
  examples: [['luna export hosts -o /etc/hosts', 'for a machine that asks no name server']],
  async make(context, choice) {
    const { hostLines } = await import('../../task/export/hosts.ts')
    const { renderHosts } = await import('../../render/export/hosts.ts')
    return renderHosts(await hostLines(await context.store(), narrowed(choice)))
  },
})

const ansible = exportRow({
  action: 'ansible',
  help: 'Nodes as an inventory of Ansible, in groups by their group and image.',
  options: {
    list: option('flag', 'as an inventory script answers --list: JSON, with the variables of all'),
    host: option('text', 'as it answers --host: the variables of this node', {
      value: 'NAME',
      refersTo: 'node',
    }),
  },
  examples: [
    ['luna export ansible -o /etc/ansible/hosts.yaml', 'a file'],
    ['luna export ansible --list', 'what the inventory script prints'],
  ],
  async make(context, choice, { list, host }) {
    const { ansibleFile, ansibleHost, ansibleList } = await import('../../render/export/ansible.ts')
    const nodes = await nodesOf(context, choice)
    const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
    if (host !== undefined) return json(ansibleHost(nodes.find(({ name }) => name === host)))
    if (list) return json(ansibleList(nodes))
    const { writeYaml } = await import('../../format/documents.ts')
    return writeYaml([ansibleFile(nodes)])
  },
})

const slurm = exportRow({
  action: 'slurm',
  help: 'Nodes, and a partition for each group, as lines for slurm.conf.',
  examples: [['luna export slurm -o /etc/slurm/nodes.conf', 'slurm.conf says: Include nodes.conf']],
  async make(context, choice) {
    const { renderSlurm } = await import('../../render/export/slurm.ts')
    return renderSlurm(await nodesOf(context, choice))
  },
})

const genders = exportRow({
  action: 'genders',
  help: 'Nodes with group, image and switch as a genders file.',
  examples: [['luna export genders -o /etc/genders', 'then: pdsh -g compute uptime']],
  async make(context, choice) {
    const { renderGenders } = await import('../../render/export/genders.ts')
    return renderGenders(await nodesOf(context, choice))
  },
})

const prometheus = exportRow({
  action: 'prometheus',
  help: 'Nodes as targets of Prometheus, for file_sd_configs.',
  options: { port: option('int', 'where their exporter listens', { value: 'N', default: 9100 }) },
  examples: [['luna export prometheus -o /etc/prometheus/nodes.json', 'it reads the file when that changes']],
  async make(context, choice, { port }) {
    const { renderPrometheus } = await import('../../render/export/prometheus.ts')
    return renderPrometheus(await nodesOf(context, choice), port)
  },
})

const knownHosts = exportRow({
  action: 'ssh-known-hosts',
  help: 'The host keys of nodes, which their images bring along, as a known_hosts file.',
  examples: [['luna export ssh-known-hosts -o /etc/ssh/ssh_known_hosts', 'nobody is asked any more']],
  async make(context, choice) {
    const { hostKeys } = await import('../../task/export/host-keys.ts')
    const { renderKnownHosts } = await import('../../render/export/known-hosts.ts')
    const { nodes, warnings } = await hostKeys(await context.store(), await nodesOf(context, choice))
    warn(context, warnings)
    return renderKnownHosts(nodes)
  },
})

const dhcpd = exportRow({
  action: 'dhcpd',
  help: 'Reservations of nodes for a DHCP server that Luna does not steer.',
  examples: [
    ['luna export dhcpd -o /etc/dhcp/nodes.conf', 'dhcpd.conf says: include "/etc/dhcp/nodes.conf";'],
  ],
  async make(context, choice) {
    const { exportedReservations } = await import('../../task/export/reservations.ts')
    const { renderReservations } = await import('../../render/export/dhcpd.ts')
    const { hosts: all, warnings } = await exportedReservations(await context.store(), narrowed(choice))
    warn(context, warnings)
    return renderReservations(all)
  },
})

const csv = exportRow({
  action: 'csv',
  help: 'Nodes as a table for spreadsheets, which luna node import takes back.',
  examples: [['luna export csv -g compute > nodes.csv', 'the same as luna node list --csv']],
  async make(context, choice) {
    const { chosenNodes } = await import('../../task/choose/nodes.ts')
    const { nodesCsv } = await import('../../task/show/nodes-csv.ts')
    return nodesCsv(await chosenNodes(await context.store(), choice))
  },
})

export const programExports: readonly Command[] = [
  hosts,
  ansible,
  slurm,
  genders,
  prometheus,
  knownHosts,
  dhcpd,
  csv,
]
