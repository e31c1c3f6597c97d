// How many connections nginx can have at once, by its own configuration.

/**
 * Connections for each node that boots: its firmware, its initramfs, its torrent client and what is in
 * between.
 */
const perNode = 4
/** One machine must not be able to take all of them before nginx ends those that say nothing. */
const least = 8192

/**
 * What is wrong with `worker_connections` for so many nodes; undefined when nothing is. `texts` are the
 * files of nginx's configuration; `processors` is how many workers `worker_processes auto` makes.
 */
export function tooFewConnections(
  texts: Iterable<string>,
  nodes: number,
  processors: number,
): string | undefined {
  const { each, count, wanted } = connectionsOf(texts, nodes, processors)
  if (each * count >= wanted) return undefined
  const needed = Math.ceil(wanted / count)
  const why = `nginx takes ${each * count} connections at once, and one machine could use up all of them`
  const lines = `worker_connections ${needed};  in the events block of nginx.conf, and  worker_rlimit_nofile ${2 * needed};`
  return `${why}; ${wanted} are enough here: write  ${lines}  before it`
}

/**
 * The text of nginx.conf with enough connections; the same where there are, or where the text does not say
 * how many there are. The rest is as in `tooFewConnections`.
 */
export function withConnections(
  text: string,
  texts: Iterable<string>,
  nodes: number,
  processors: number,
): string {
  const { each, count, wanted } = connectionsOf(texts, nodes, processors)
  if (each * count >= wanted) return text
  const needed = Math.ceil(wanted / count)
  const enough = text.replace(/^(\s*(?:events\s*\{\s*)?worker_connections\s+)\d+(\s*;)/m, `$1${needed}$2`)
  if (enough === text) return text
  const files = `worker_rlimit_nofile ${2 * needed};`
  const limited = enough.replace(/^\s*worker_rlimit_nofile\s+\d+\s*;/m, files)
  return limited === enough ? enough.replace(/^(?=\s*events\b)/m, `${files}\n`) : limited
}

function connectionsOf(texts: Iterable<string>, nodes: number, processors: number) {
  const whole = [...texts].join('\n').replace(/#.*/g, '')
  const workers = settingOf(whole, 'worker_processes') ?? '1'
  const count = workers === 'auto' ? processors : Number(workers)
  // 512 is nginx's own (ngx_event_core_module).
  const each = Number(settingOf(whole, 'worker_connections') ?? 512)
  return { each, count, wanted: Math.max(least, perNode * nodes) }
}

function settingOf(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|[\\s;{}])${name}\\s+([^\\s;]+)\\s*;`).exec(text)?.[1]
}
