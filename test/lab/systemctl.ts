// The lab's systemctl: Luna's commands call the program of that name, and it acts on the lab's own daemons.

import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { sentence } from '../../lib/error.ts'
import { isUnit, type Unit } from './daemons.ts'
import { labFolder, places } from './machine.ts'
import type { Services } from './services.ts'

const socket = join(labFolder, 'systemctl.sock')

const program = `#!/bin/sh
# systemctl VERB UNIT, for the daemons of the lab
for word; do
  case $word in
    -*) ;;
    *) words=$words/$word ;;
  esac
done
curl --silent --show-error --fail-with-body --unix-socket ${socket} "http://lab$words" || exit 1
`

/** Serves systemctl and puts it first in this process's PATH. */
export async function serveSystemctl(services: Services): Promise<Server> {
  const path = join(places.bin, 'systemctl')
  await writeFile(path, program)
  await chmod(path, 0o755)
  process.env.PATH = `${places.bin}:${process.env.PATH}`
  const server = createServer((request, response) => {
    const [, verb = '', name = ''] = (request.url ?? '').split('/')
    act(services, verb, name.replace(/\.service$/, '')).then(
      (said) => response.end(said),
      (error) => response.writeHead(500).end(`${sentence(error)}\n`),
    )
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return server
}

async function act(services: Services, verb: string, name: string): Promise<string> {
  if (!isUnit(name)) throw new Error(`Unit ${name}.service not found.`)
  await verbs(services, verb, name)
  return verb === 'is-active' ? 'active\n' : ''
}

async function verbs(services: Services, verb: string, unit: Unit): Promise<void> {
  switch (verb) {
    case 'start':
    case 'stop':
    case 'restart':
    case 'reload':
      return services[verb](unit)
    case 'reload-or-restart':
      return services.isActive(unit) ? services.reload(unit) : services.start(unit)
    case 'is-active':
      if (!services.isActive(unit)) throw new Error('inactive')
      return
    default:
      throw new Error(`Unknown command verb ${verb}.`)
  }
}
