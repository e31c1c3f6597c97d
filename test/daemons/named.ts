// named in a namespace, on zones in the folder `zones` of a directory.
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findUser } from '../../lib/host/user.ts'
import { startIn } from './namespace.ts'

/** Writes named.conf, which includes a file of zones, and gives named its folder. */
export async function prepareNamed(dir: string, list: string): Promise<void> {
  writeFileSync(join(dir, 'named.conf'), configuration(dir, list))
  const owner = await findUser(await userOfNamed())
  if (!owner) throw new Error('no user for named')
  chmodSync(dir, 0o755)
  chownSync(join(dir, 'zones'), owner.uid, owner.gid)
}

/** Starts it as the distribution does: it gives up the rights of root. */
export async function startNamed(namespace: string, dir: string): Promise<ChildProcess> {
  const args = ['-u', await userOfNamed(), '-g', '-n', '1', '-c', join(dir, 'named.conf')]
  return await startIn(namespace, 'named', args, / running$/m)
}

async function userOfNamed(): Promise<string> {
  return (await findUser('named')) ? 'named' : 'bind'
}

function configuration(dir: string, list: string): string {
  return `options {
  directory "${dir}/zones";
  listen-on { any; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
};
controls { };
include "${list}";
`
}
