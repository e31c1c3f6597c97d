// Whether this head has the frontend address, which nodes ask.
import { isLocalAddress } from '../../host/user.ts'
import { headAddresses } from '../../object/cluster.ts'
import { type Check, fine, type Verdict, wrong } from './check.ts'

export const addressCheck: Check = {
  name: 'frontend address',
  async run({ cluster, heads }) {
    const address = cluster.frontend_address ?? ''
    const here = address !== '' && (await isLocalAddress(address))
    return judgeAddress({ address, here, own: heads.own, pair: headAddresses(cluster).length > 0 })
  },
}

/** `own` is the address of this head where the cluster has several heads, as a `pair` has. */
export function judgeAddress(seen: {
  readonly address: string
  readonly here: boolean
  readonly own: string | undefined
  readonly pair: boolean
}): Verdict {
  const { address, here, own, pair } = seen
  const change = 'luna cluster change --frontend_address ADDRESS'
  if (address === '') return wrong('the cluster has none: nodes cannot boot', change)
  if (pair && own === undefined)
    return wrong('none of the cluster_ips is on this head', 'luna cluster change --cluster_ips A,B')
  if (here) return fine(`${address} is on this head`)
  if (pair) return fine(`${address} is not on this head, which is passive`)
  return wrong(
    `${address} is not on this machine: nodes cannot boot`,
    `ip addr add ${address}/LENGTH dev INTERFACE, or ${change}`,
  )
}
