// The nginx of this machine: its own opinion of a configuration, all of its configuration, what it answers.
import { writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { patiently, run } from '../run.ts'
import { withScratch } from '../scratch.ts'
import { type Draft, judge } from './checker.ts'

/**
 * Has nginx judge a whole configuration text around a draft, and gives its warnings. It works on a live
 * head, too: `nginx -t` opens its ports, but takes those already in use for good. `around` gives the text for
 * a directory that holds pid file and logs for the while.
 */
export async function checkNginx(draft: Draft, around: (dir: string) => string): Promise<string[]> {
  return await withScratch(async (dir) => {
    const file = join(dir, 'nginx.conf')
    await writeFile(file, around(dir))
    return await judge('nginx', ['-t', '-q', '-p', dir, '-c', file], draft, idleTalk)
  })
}

/** Has nginx judge a whole nginx.conf, a draft beside its place. Throws LunaError `failed`. */
export async function checkWhole(draft: string): Promise<void> {
  await run('nginx', ['-t', '-q', '-c', draft], patiently)
}

/** What nginx says about the account and the log of this machine. */
const idleTalk = /configuration file .* test failed$|the "user" directive|could not open error log/

/**
 * The texts of all files of nginx's configuration, by path; undefined where nginx itself does not accept it.
 */
export async function nginxConfiguration(): Promise<ReadonlyMap<string, string> | undefined> {
  const { status, stdout } = await run('nginx', ['-T', '-q'], { ...patiently, allowFailure: true })
  if (status !== 0) return undefined
  const [, ...parts] = stdout.split(/^# configuration file (.+):\n/m)
  const files = new Map<string, string>()
  for (let at = 0; at < parts.length; at += 2) files.set(parts[at] ?? '', parts[at + 1] ?? '')
  return files
}

/** An answer over HTTP, or why there is none. */
export type HttpAnswer =
  | { readonly status: number; readonly body: string }
  | { readonly status: null; readonly why: string }

/**
 * Asks a URL of this machine once. The certificate may be any: nothing secret is said, and nothing believed.
 */
export async function ask(url: string): Promise<HttpAnswer> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const options = { timeout: 3000, agent: false, rejectUnauthorized: false }
  return await new Promise((resolve) => {
    const failed = (cause: Error) => resolve({ status: null, why: cause.message })
    const asked = request(url, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed)
    })
    asked.on('timeout', () => asked.destroy(new Error('it took too long')))
    asked.on('error', failed)
    asked.end()
  })
}
