// How many connections nginx can have at once, by its own configuration.

/**
 * Connections for each node that boots: its firmware, its initramfs, its torrent client and what is in
 * between.
 */
const perNode = 4
/**
 * One machine cannot take all of them before nginx ends those that say nothing: it has so many ports at most
 * for an address of the head. nginx counts who is silent by no address, and one worker may get most.
 */
const least = 65_536
const leastEach = 16_384

/**
 * What is wrong with `worker_connections` for so many nodes; undefined when nothing is. `texts` are the
 * files of nginx's configuration; `processors` is how many workers `worker_processes auto` makes.
 */
export function tooFewConnections(
  texts: Iterable<string>,
  nodes: number,
  processors: number,
): string | undefined {
  const { each, count, needed } = connectionsOf(texts, nodes, processors)
  if (each >= needed) return undefined
  const why = `nginx takes ${each * count} connections at once, and one machine could use up all of them`
  const lines = `worker_connections ${needed};  in the events block of nginx.conf, and  worker_rlimit_nofile ${2 * needed};`
  return `${why}; ${needed * count} are enough here: write  ${lines}  before it`
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
  const { each, needed } = connectionsOf(texts, nodes, processors)
  if (each >= needed) return text
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
  const wanted = Math.max(least, perNode * nodes)
  return { each, count, needed: Math.max(leastEach, Math.ceil(wanted / count)) }
}

function settingOf(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|[\\s;{}])${name}\\s+([^\\s;]+)\\s*;`).exec(text)?.[1]
}
