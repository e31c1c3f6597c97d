// The INI form of an inventory of Ansible: hosts with variables on a line, in sections that are groups.
// Ranges in brackets stand for several hosts.
import { LunaError } from '../../error.ts'
import { mostEntries, placeIn } from '../entry.ts'
import type { Host } from './made.ts'

/** The hosts, one for each line and name. Throws LunaError `invalid` for a line that cannot be read. */
export function readIni(text: string, source: string): Host[] {
  let section = ''
  const hosts: Host[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const said = line.trim()
    const place = () => placeIn(source, at + 1)
    if (said === '' || said.startsWith('#') || said.startsWith(';')) continue
    const head = /^\[([^\]]+)\]/.exec(said)?.[1]
    if (head !== undefined) section = head
    // Variables and children of groups are no hosts.
    if (head !== undefined || /:(vars|children)$/.test(section)) continue
    const [pattern = '', ...words] = wordsOf(said)
    const variables = Object.fromEntries(words.map((word) => pairOf(word, place())))
    for (const name of namesOf(pattern, place())) hosts.push({ name, variables, path: [at + 1], place })
    if (hosts.length > mostEntries) throw unread(place(), `there are more than ${mostEntries} hosts`)
  }
  return hosts
}

/** Words with blanks between them; quotes hold blanks, and a # begins a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s"'#]|"[^"]*"|'[^']*'|(?<=\S)#)+|#.*/g) ?? []
  return words.filter((word) => !word.startsWith('#'))
}

function pairOf(word: string, place: string): [string, string] {
  const [, name, value = ''] = /^(\w+)=(.*)$/s.exec(word) ?? []
  if (name === undefined) throw unread(place, `${JSON.stringify(word.slice(0, 80))} is not variable=value`)
  return [name, value.replace(/^(["'])(.*)\1$/s, '$2')]
}

/** `node[001:003]` is three names, `node[001:009:4]` has a step; a port behind a colon is none of it. */
function namesOf(pattern: string, place: string): string[] {
  const [, head = '', first, last, step = '1', tail = ''] =
    /^([^[]*)\[(\d{1,15}):(\d{1,15})(?::(\d{1,6}))?\](.*)$/.exec(pattern) ?? []
  if (first === undefined || last === undefined) return [pattern.replace(/:\d+$/, '')]
  const names: string[] = []
  for (let number = Number(first); number <= Number(last); number += Math.max(1, Number(step))) {
    names.push(head + String(number).padStart(first.length, '0') + tail)
    if (names.length > mostEntries) throw unread(place, `there are more than ${mostEntries} hosts`)
  }
  return names.flatMap((name) => (tail.includes('[') ? namesOf(name, place) : [name]))
}

function unread(place: string, why: string): LunaError {
  return new LunaError('invalid', `${place}: it cannot be read as an inventory of Ansible`, {
    why,
    fix: 'give an inventory in the form INI or YAML: ansible-inventory --list --yaml',
  })
}
