// The commands with which the README shows Luna work: what it says is what is tested.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const top = join(import.meta.dirname, '../..')
const readme = join(top, 'README.md')

/** What runs lab and tests. */
export function readmeCommands(): string[] {
  return commandsBelow('See it work')
}

/** What makes a head of a machine and has it boot a node. */
export function readmeInstallation(): string[] {
  return commandsBelow('Install it')
}

/** The commands of package.json by name. */
export function packageScripts(): Record<string, string> {
  return JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')).scripts
}

/** The lines of a section without their comments, as they are typed. Throws Error when there is none. */
function commandsBelow(heading: string): string[] {
  const [, section = ''] = readFileSync(readme, 'utf8').split(`\n## ${heading}\n`)
  const [, block = ''] = section.split('\n## ')[0]?.split(/^```\n/m) ?? []
  const commands = block.split('\n').map((line) => line.replace(/#.*/, '').trim())
  const typed = commands.filter((command) => command !== '')
  if (typed.length === 0) throw new Error(`README.md has no commands below "${heading}"`)
  return typed
}
