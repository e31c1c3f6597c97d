// The name server of this machine: its own opinion of zones and configuration, and who it runs as.
import { run } from '../run.ts'
import { findUser, type Owner } from '../user.ts'

/** Has named's checkers judge the list of zones and every zone file. Throws LunaError `failed` with what they say. */
export async function checkNamed(
  list: string,
  zones: readonly { readonly name: string; readonly file: string; readonly underscores: boolean }[],
): Promise<void> {
  await run('named-checkconf', [list])
  for (const { name, file, underscores } of zones) {
    // Only within the zone: other names would be asked for on the network.
    const names = underscores ? ['-k', 'ignore'] : ['-k', 'fail']
    await run('named-checkzone', ['-q', '-i', 'local', ...names, name, file])
  }
}

/** The account of named: `named` on EL, `bind` on Debian. */
export async function namedOwner(): Promise<Owner | undefined> {
  return (await findUser('named')) ?? (await findUser('bind'))
}

/** What named is configured with here, everything that it includes in it; undefined when there is no such configuration. */
export async function namedConfiguration(): Promise<string | undefined> {
  const { status, stdout } = await run('named-checkconf', ['-p'], { allowFailure: true })
  return status === 0 ? stdout : undefined
}
