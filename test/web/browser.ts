// Debian's Chromium, driven by playwright-core.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from 'mocha'
import { type Browser, chromium, type Page } from 'playwright-core'
import { skipUnless } from '../daemons/skip.ts'

export type { Browser, Page } from 'playwright-core'

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const program = programs.find((path) => existsSync(path))

/** To be called first in a hook: skips the suite where there is no browser, and fails in CI. */
export function needsBrowser(context: Context): void {
  skipUnless(context, program ? undefined : 'needs chromium')
}

// As root, and in containers, Chromium has no sandbox; /dev/shm may be small.
const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu']

/** The arguments that a program of one's own gets are for this one. */
export const browserProgram = program ?? ''

export async function startBrowser(executablePath = browserProgram): Promise<Browser> {
  return await chromium.launch({ executablePath, args })
}

/** A browser whose process is known. */
export async function serveBrowser(): Promise<{ browser: Browser; pid: number; close(): Promise<void> }> {
  const server = await chromium.launchServer({ executablePath: browserProgram, args })
  const browser = await chromium.connect(server.wsEndpoint())
  return { browser, pid: server.process().pid ?? 0, close: () => server.close() }
}

export interface Opened {
  readonly page: Page
  /** What the scripts of the page complained of. */
  readonly troubles: string[]
  /** Every address that was asked. */
  readonly asked: string[]
}

/** Opens the page and waits until it has nodes. */
export async function openPage(
  browser: Browser,
  url: string,
  {
    dark = false,
    width = 1280,
    height = 800,
  }: { readonly dark?: boolean; readonly width?: number; readonly height?: number } = {},
): Promise<Opened> {
  const colorScheme = dark ? 'dark' : 'light'
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  const [troubles, asked]: [string[], string[]] = [[], []]
  page.on('request', (request) => asked.push(request.url()))
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('dialog', (dialog) => troubles.push(`a dialog: ${dialog.message()}`))
  page.on('console', (message) => {
    // A head that is down is no trouble of the page.
    const known = /Failed to load resource/.test(message.text())
    if (message.type() === 'error' && !known) troubles.push(message.text())
  })
  await page.goto(url)
  await page.waitForSelector('#live.on')
  await page.waitForSelector('#field canvas', { state: 'attached' })
  return { page, troubles, asked }
}

/** The text that is seen of a part of the page, in one line. */
export async function textOf(page: Page, selector: string): Promise<string> {
  const [text = ''] = await page.locator(selector).allInnerTexts()
  return text.replace(/\s+/g, ' ').trim()
}

const pictures = join(import.meta.dirname, '../../coverage/page')

/** Keeps a picture of what the page shows, to be looked at: coverage/page/NAME.png. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}
