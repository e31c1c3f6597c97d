// Where the programs keep their compiled code.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { userInfo } from 'node:os'

/**
 * Keeps the compiled code of what is imported from now on in the home of who runs the program: nobody else
 * can put any there (node:module, enableCompileCache). Without a home nothing is kept, and none is made.
 */
export function keepCompiled(): void {
  const home = ownHome()
  if (home !== undefined && existsSync(home)) module.enableCompileCache?.(`${home}/.cache/luna`)
}

function ownHome(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    // No entry of passwd(5) has that number.
    return undefined
  }
}
