// Power and identification lamp of a node, by its management controller (BMC): what can
// be asked, and how one is reached.

const powerActions = ['status', 'on', 'off', 'reset', 'cycle', 'identify', 'noidentify'] as const
export type PowerAction = (typeof powerActions)[number]

export interface Bmc {
  readonly address: string
  readonly user: string
  readonly password: string
  /** `auto`: Redfish where the BMC has it and its certificate is accepted, else IPMI. */
  readonly protocol: 'ipmi' | 'redfish' | 'auto'
  /** Which certificates Redfish accepts: those of authorities that this machine knows, or any. */
  readonly certificate: 'known' | 'any'
  /** TCP port of Redfish; 443. */
  readonly port?: number
}

export interface PowerOptions {
  /** Milliseconds for all of it. */
  readonly timeout: number
  readonly signal?: AbortSignal
}
