// The steps of luna setup as values, and what each is for.
import type { DesiredFile } from '../../host/file.ts'
import type { ClusterWish } from '../change/cluster.ts'
import type { ClusterChange } from '../change/cluster-fields.ts'
import type { NetworkWish } from '../change/network.ts'

export type Step =
  | { readonly do: 'user'; readonly user: string; readonly home: string }
  | { readonly do: 'directory'; readonly path: string; readonly user: string }
  /** Gives the embedded store and its directory to the user. */
  | { readonly do: 'database'; readonly path: string; readonly user: string }
  /** Keeps a copy of a file of the distribution that is about to change. */
  | { readonly do: 'keep'; readonly path: string }
  | Edit
  | { readonly do: 'init'; readonly wish: Omit<ClusterWish, 'logDir'> }
  | { readonly do: 'change'; readonly wish: ClusterChange }
  | { readonly do: 'network'; readonly wish: NetworkWish }
  | { readonly do: 'enable'; readonly unit: string; readonly start: boolean }
  | { readonly do: 'run'; readonly line: readonly [program: string, ...args: string[]] }
  | { readonly do: 'makenginx' }
  | { readonly do: 'maketftp'; readonly tftpRoot: string }
  | { readonly do: 'makedhcp'; readonly range?: { network: string; start: string; end: string } }
  | { readonly do: 'makedns'; readonly configuration?: DesiredFile }

/** A file that is written, whole or not at all. */
export interface Edit {
  readonly do: 'edit'
  readonly file: DesiredFile
  /** The group of the file: the primary one of this user. */
  readonly groupOf?: string
  /** systemd reads its units again, and the unit starts again where it runs. */
  readonly unit?: string
  /** The file is nginx.conf: nginx judges the draft, and reads it where it runs. */
  readonly ofNginx?: true
}

/** Without these, none that follows can succeed; of the others each stands for itself. */
const foundations: readonly Step['do'][] = [
  'user',
  'directory',
  'database',
  'keep',
  'edit',
  'init',
  'change',
  'network',
]

export function isFoundation(step: Step): boolean {
  return foundations.includes(step.do)
}

/** True for steps of every run, which tell of each file that changes. */
export function isMake(step: Step): boolean {
  return step.do.startsWith('make')
}

/** What a step does, as a line for people. */
export function lineOf(step: Step): string {
  switch (step.do) {
    case 'user':
      return `make the user ${step.user}, at home in ${step.home}`
    case 'directory':
      return `make the directory ${step.path}, which belongs to ${step.user}`
    case 'database':
      return `give ${step.path} and its directory to ${step.user}`
    case 'keep':
      return `keep ${step.path} as it is now at ${step.path}${before}`
    case 'edit':
      return `${step.file.content === null ? 'remove' : 'write'} ${step.file.path}`
    case 'init':
      return `make the cluster, with the frontend address ${step.wish.frontend_address}`
    case 'change':
      return `change the cluster: ${fieldsOf(step.wish)}`
    case 'network':
      return `add the network ${step.wish.name}, ${step.wish.address}/${step.wish.prefix}`
    case 'enable':
      return `${step.start ? 'start and enable' : 'enable'} the service ${step.unit}`
    case 'run':
      return `run ${step.line.join(' ')}`
    default:
      return `luna cluster ${step.do}`
  }
}

/** What the copies of files of the distribution end with. */
export const before = '.luna-before'

function fieldsOf(wish: ClusterChange): string {
  return Object.entries(wish)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ')
}
