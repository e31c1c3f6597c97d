// The part of net-snmp 3 that Luna uses; the package has no types of its own.
declare module 'net-snmp' {
  import type { Socket } from 'node:dgram'
  import type { EventEmitter } from 'node:events'

  export interface Varbind {
    readonly oid: string
    readonly type: number
    readonly value: unknown
  }

  export interface Options {
    version?: number
    port?: number
    transport?: 'udp4' | 'udp6'
    /** Milliseconds until a request is sent again. */
    timeout?: number
    /** How often a request is sent again. */
    retries?: number
  }

  export interface User {
    name: string
    level: number
    authProtocol?: number
    authKey?: string
    privProtocol?: number
    privKey?: string
  }

  export interface Session extends EventEmitter {
    /** The socket; its messages are given to `onMsg`. */
    readonly dgram: Socket
    onMsg(bytes: Buffer): void
    getBulk(
      oids: readonly string[],
      nonRepeaters: number,
      maxRepetitions: number,
      done: (cause: Error | null, varbinds?: readonly (readonly Varbind[])[]) => void,
    ): void
    /** Ends every request with an error. */
    close(): void
  }

  export function createSession(target: string, community: string, options: Options): Session
  export function createV3Session(target: string, user: User, options: Options): Session
  export function isVarbindError(varbind: Varbind): boolean
  export class RequestTimedOutError extends Error {}
  export const Version2c: number
  export const SecurityLevel: { readonly noAuthNoPriv: 1; readonly authNoPriv: 2; readonly authPriv: 3 }
  export const AuthProtocols: Readonly<Record<string, number>>
  export const PrivProtocols: Readonly<Record<string, number>>
}
