// Power by IPMI 2.0 (RMCP+): ipmitool(1). The password goes by the environment, which nobody else can read.
import { LunaError } from '../../error.ts'
import { type Ran, run, tookTooLong } from '../run.ts'
import type { Bmc, PowerAction, PowerOptions } from './bmc.ts'
import { changeOf, interrupted, silent } from './bmc-error.ts'
import { ipmiError, refusesCipher } from './ipmi-error.ts'

// Seconds between two tries of a packet, and how often it is tried again. ipmitool gives
// up after about ten seconds.
const tries = ['-N', '2', '-R', '2']

/**
 * Cipher suites in the order in which they are tried (IPMI 2.0, table 22-20): 3 is what all controllers had
 * for a long time; new ones may want 17, and say so at once. Asking which they have takes ten seconds with
 * those that do not know.
 */
const ciphers = ['3', '17'] as const

const commands: { readonly [A in PowerAction]: readonly string[] } = {
  status: ['chassis', 'status'],
  on: ['chassis', 'power', 'on'],
  off: ['chassis', 'power', 'off'],
  reset: ['chassis', 'power', 'reset'],
  cycle: ['chassis', 'power', 'cycle'],
  identify: ['chassis', 'identify', '255'],
  noidentify: ['chassis', 'identify', '0'],
}

/** As `power` of power.ts. */
export async function ipmiPower(bmc: Bmc, action: PowerAction, options: PowerOptions): Promise<string> {
  for (const cipher of ciphers) {
    const ran = await ipmitool(bmc, cipher, action, options)
    if (ran.status === 0) return action === 'status' ? powerState(ran) : action
    if (!refusesCipher(ran.stderr) || cipher === ciphers.at(-1)) throw ipmiError(bmc, action, ran.stderr)
  }
  throw new LunaError('internal', 'no cipher suite was tried', { fix: null })
}

async function ipmitool(
  { address, user, password }: Bmc,
  cipher: string,
  action: PowerAction,
  { timeout, signal }: PowerOptions,
): Promise<Ran> {
  // With -v it says why a session was not established.
  const session = ['-v', '-I', 'lanplus', '-H', address, '-U', user, '-E', '-C', cipher, ...tries]
  const env = { IPMI_PASSWORD: password, IPMITOOL_PASSWORD: password, LC_ALL: 'C' }
  try {
    return await run('ipmitool', [...session, ...commands[action]], {
      ...{ env, timeout, allowFailure: true },
      ...(signal && { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw interrupted(error)
    if (!(error instanceof LunaError) || error.why !== tookTooLong) throw error
    throw silent(`${address}: ${tookTooLong}`, changeOf(action), error)
  }
}

/** The last word of the line `System Power : on`. */
function powerState({ stdout }: Ran): string {
  const [, word] = /^System Power\b.*?(\w+)\s*$/m.exec(stdout) ?? []
  if (word) return word.toLowerCase()
  throw new LunaError('failed', 'the BMC does not say whether the node is on', {
    fix: 'ask again; if that stays so, restart the BMC',
  })
}
