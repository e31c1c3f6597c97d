// What ipmitool says when it fails (its standard error with -v), told apart: silence, a
// refusal, a way that is not there.
import { LunaError } from '../../error.ts'
import type { Bmc, PowerAction } from './bmc.ts'
import { changeOf, silent, unreachable } from './bmc-error.ts'

/** True when the controller wants another cipher suite, as it says in the first answer of a session. */
export function refusesCipher(said: string): boolean {
  return /open session response message *: *(no matching|invalid (authentication|integrity|confidentiality))/i.test(
    said,
  )
}

/** The error of an ipmitool that ended with another status than 0. */
export function ipmiError(bmc: Bmc, action: PowerAction, said: string): LunaError {
  return (
    unopened(bmc, said) ?? withoutLogin(bmc, said) ?? withoutAnswer(bmc, action, said) ?? refused(bmc, said)
  )
}

/** Nothing could be sent: the machine of this program has no way there, or no such name. */
function unopened({ address }: Bmc, said: string): LunaError | undefined {
  if (!/Could not open socket|Address lookup for .* failed/i.test(said)) return undefined
  return unreachable(`there is no way from here to ${address}`)
}

/**
 * The login failed. A BMC that does not know the user may say so, or just say nothing
 * more (IPMI 2.0, 13.20 to 13.23).
 */
function withoutLogin({ address, user }: Bmc, said: string): LunaError | undefined {
  if (/HMAC is invalid|RAKP 4 message .*invalid integrity/i.test(said))
    return new LunaError('refused', 'the BMC does not accept the password', {
      why: `of user "${user}" at ${address}`,
      fix: 'luna bmcsetup change NAME --password PASSWORD',
    })
  if (/unauthorized (name|role)|insufficient privilege/i.test(said))
    return new LunaError('refused', 'the BMC does not accept the user', {
      why: `"${user}" at ${address}`,
      fix: 'luna bmcsetup change NAME --user USER, or let the user in for IPMI over LAN',
    })
  if (/no response from RAKP 1/i.test(said))
    return silent(
      `${address} fell silent when it was told the user "${user}", which it may not know for IPMI over LAN`,
    )
  if (/no response from RAKP 3/i.test(said))
    return silent(`${address} fell silent at the login: user "${user}" or the password may be wrong`)
  if (/Get Auth Capabilities error|no response from open session/i.test(said))
    return silent(`nothing came from ${address} by IPMI`)
  return undefined
}

/** It was logged in, and no completion code came back: what was asked may have been carried out. */
function withoutAnswer({ address }: Bmc, action: PowerAction, said: string): LunaError | undefined {
  const noAnswer =
    /^(Error sending |Unable to (set|get) |Error issuing |Close Session command failed)|no response|timeout/im
  if (!noAnswer.test(said) || completion.test(said)) return undefined
  return silent(`${address} fell silent after the login by IPMI`, changeOf(action))
}

// ipmitool puts the completion code, in words, behind the colon of a line of its own (IPMI 2.0, table 5-2).
const completion = /^[^>\n]*\b(failed|failure|error)[^:\n]*: *(?!.*\bRMCP\+)\S/im

function refused({ address }: Bmc, said: string): LunaError {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !/^(Loading|Running|Discovered|Invalid completion code received)/.test(line),
    )
  const why = `${address}: ${lines.slice(-2).join('; ').slice(0, 300)}`
  const what = completion.test(said) ? 'the BMC refuses' : 'the BMC cannot be asked by IPMI'
  return new LunaError('failed', what, { why, fix: 'what it says is its own: see the manual of its maker' })
}
