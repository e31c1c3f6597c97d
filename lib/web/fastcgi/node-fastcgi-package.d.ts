// The part of node-fastcgi that is used here; the package brings no types.
declare module 'node-fastcgi' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  import type { Server } from 'node:net'

  /** A request with the FastCGI parameters of the web server. */
  interface FastcgiRequest extends IncomingMessage {
    readonly cgiParams: Readonly<Record<string, string>>
  }
  interface FastcgiServer extends Server {
    setTimeout(milliseconds: number): void
  }
  export function createServer(
    responder: (request: FastcgiRequest, response: ServerResponse) => void,
  ): FastcgiServer
}
