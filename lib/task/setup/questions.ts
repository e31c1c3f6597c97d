// What luna setup asks on a terminal, one question after the other.
import type { LocalAddress } from '../../host/interfaces.ts'
import { formatPrefix } from '../../object/net/address.ts'
import type { Found } from './found.ts'
import { proposeRange } from './range.ts'
import {
  type Answers,
  checkStore,
  readFrontend,
  readNetwork,
  readRange,
  readYesNo,
  wantsDns,
} from './wish.ts'

export interface Question {
  readonly about: keyof Answers
  readonly text: string
  /** What an empty answer means. */
  readonly proposal: string | undefined
}

/** The next question; undefined when all is said. A cluster that serves nodes has answered them before. */
export function nextQuestion(found: Found, answers: Answers): Question | undefined {
  if (found.cluster && found.cluster.dhcp_net !== null) return undefined
  if (!found.stated && !answers.store)
    return { about: 'store', text: 'Database: embedded, or mongodb', proposal: 'embedded' }
  const { addresses, cluster } = found
  if (!answers.frontend && !cluster?.frontend_address) {
    const all = addresses.map(({ interface: name, address }) => `${address} on ${name}`).join(', ')
    const text = `Address or interface that nodes reach this head at (${all})`
    return { about: 'frontend', text, proposal: addresses.length === 1 ? addresses[0]?.address : undefined }
  }
  const frontend = readFrontend(found, answers.frontend)
  const near = nearNetwork(found, frontend)
  if (!answers.network && near?.isNew !== false)
    return { about: 'network', text: 'Network of the nodes', proposal: near && formatPrefix(near.prefix) }
  const { prefix } = readNetwork(found, frontend, answers.network)
  if (!answers.range) {
    const text = 'First and last address for machines that are not known'
    return { about: 'range', text, proposal: proposeRange(prefix, frontend.address) }
  }
  if (!answers.dns)
    return { about: 'dns', text: 'Serve DNS for the nodes, y or n', proposal: wantsDns(found) ? 'y' : 'n' }
  return undefined
}

/** Throws LunaError `invalid` for an answer that cannot be; those before it are sound. */
export function checkAnswer(found: Found, answers: Answers, about: keyof Answers): void {
  checkStore(found, answers.store)
  if (about === 'store') return
  const frontend = readFrontend(found, answers.frontend)
  if (about === 'frontend') return
  const { prefix } = readNetwork(found, frontend, answers.network)
  if (about === 'network') return
  readRange(found, frontend, prefix, answers.range)
  readYesNo(answers.dns)
}

/** That of the cluster, or of the interface; undefined where that has none for hosts. */
function nearNetwork(found: Found, frontend: LocalAddress) {
  try {
    return readNetwork(found, frontend, undefined)
  } catch {
    return undefined
  }
}
