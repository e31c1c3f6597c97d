// How one logs in to a Redfish service (DSP0266, "Authentication"): with each request, or by a session where
// that is not taken.
import type { Bmc } from './bmc.ts'
import type { Json } from './redfish-error.ts'

/** Where a Redfish service begins: for all to read, without a login. */
export const serviceRoot = '/redfish/v1/'

// The one place that needs no login and that every service has (DSP0266, "Redfish session login
// authentication").
const sessions = '/redfish/v1/SessionService/Sessions'

export interface Login {
  /** The fields that a request for that path has. */
  headers(path: string): Readonly<Record<string, string>>
  /**
   * The request that makes a session, after a 401 with these challenges (WWW-Authenticate). Undefined when
   * the BMC does take basic logins, so that the password is wrong, and when there was a session already.
   */
  request(challenges: string | undefined): { method: 'POST'; path: string; body: Json } | undefined
  /** Goes on with the token of a session, which has that path. */
  use(token: string, path: string | undefined): void
  /** The request that ends the session, where there is one. */
  logout(): { method: 'DELETE'; path: string } | undefined
}

/** Begins with basic login (RFC 7617), which needs no more than one request. */
export function openLogin({ user, password }: Bmc): Login {
  const basic = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  let token: Readonly<Record<string, string>> | undefined
  let session: string | undefined
  let tried = false
  return {
    // Whoever answers is told the password only when there is something to be had for it.
    headers: (path) => (path === serviceRoot || path.replace(/\/$/, '') === sessions ? {} : (token ?? basic)),
    request: (challenges = '') => {
      if (tried || /\bBasic\b/i.test(challenges)) return undefined
      tried = true
      return { method: 'POST', path: sessions, body: { UserName: user, Password: password } }
    },
    use: (text, path) => {
      token = { 'X-Auth-Token': text }
      session = path
    },
    logout: () => (session === undefined ? undefined : { method: 'DELETE', path: session }),
  }
}
