// What the files of lib import, read from their text.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const lib = join(import.meta.dirname, '../../lib')

/** One import of a file; paths are relative to lib/. */
export interface Import {
  readonly from: string
  /** A file of lib/, or what a package is called. */
  readonly to: string
  readonly own: boolean
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
}

/** Files of a room, or of all of lib for ''. */
export function files(room: string): string[] {
  return globSync('**/*.ts', { cwd: join(lib, room) })
    .map((file) => join(room, file))
    .sort()
}

export function textOf(file: string): string {
  return readFileSync(join(lib, file), 'utf8')
}

/** Every import of every file, `import()` and re-exports included. */
export function imports(): Import[] {
  return files('').flatMap((from) => {
    const found = [...textOf(from).matchAll(importPattern), ...textOf(from).matchAll(lazyPattern)]
    return found.map(({ groups: { words = '', target = '' } = {} }) => {
      const own = target.startsWith('.')
      return {
        from,
        to: own ? join(dirname(from), target) : packageOf(target),
        own,
        typeOnly: isTypeOnly(words),
      }
    })
  })
}

const importPattern = /^(?:import|export)\s+(?<words>[^'"]*?)\s*from\s+'(?<target>[^']+)'/gm
const lazyPattern = /import\('(?<target>[^']+)'\)/g

function packageOf(target: string): string {
  const parts = target.split('/')
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function isTypeOnly(words: string): boolean {
  if (words.startsWith('type ')) return true
  const inBraces = /^\{(?<names>[^}]*)\}$/.exec(words)?.groups?.names
  const names = inBraces?.split(',').map((name) => name.trim()) ?? []
  return names.length > 0 && names.every((name) => name === '' || name.startsWith('type '))
}

/** Groups of files that import each other in a circle, directly or by way of others (Tarjan's components). */
export function circles(edges: readonly (readonly [from: string, to: string])[]): string[][] {
  const after = Map.groupBy(edges, ([from]) => from)
  const order = new Map<string, { index: number; low: number; open: boolean }>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (file: string) => {
    const state = { index: order.size, low: order.size, open: true }
    order.set(file, state)
    stack.push(file)
    for (const [, to] of after.get(file) ?? []) {
      const next = order.get(to) ?? visit(to)
      if (next.open) state.low = Math.min(state.low, next.low)
    }
    if (state.low === state.index) {
      const members = stack.splice(stack.indexOf(file))
      for (const member of members) Object.assign(order.get(member) ?? {}, { open: false })
      if (members.length > 1) found.push(members.sort())
    }
    return state
  }
  for (const [from] of edges) if (!order.has(from)) visit(from)
  return found
}

/** The files of lib/task with the modules of ours that each opens at run time, most first. */
export function ownImportsOfTasks(): { readonly file: string; readonly modules: readonly string[] }[] {
  const own = imports().filter((one) => one.own && !one.typeOnly && one.from.startsWith('task/'))
  const byFile = Map.groupBy(own, ({ from }) => from)
  return files('task')
    .map((file) => ({ file, modules: (byFile.get(file) ?? []).map(({ to }) => to) }))
    .sort((a, b) => b.modules.length - a.modules.length)
}
