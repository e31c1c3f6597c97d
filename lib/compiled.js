// Where the programs keep their compiled code. In JavaScript: to load what reads TypeScript takes a third of
// the start of a command, and is saved only once there is a cache of what came of it.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { userInfo } from 'node:os'

/**
 * Keeps the compiled code of what is imported from now on in the home of who runs the program: nobody else
 * can put any there (node:module, enableCompileCache). Without a home nothing is kept, and none is made.
 */
export function keepCompiled() {
  const home = ownHome()
  if (home !== undefined && existsSync(home)) module.enableCompileCache?.(`${home}/.cache/luna`)
}

function ownHome() {
  try {
    return userInfo().homedir
  } catch {
    // No entry of passwd(5) has that number.
    return undefined
  }
}
