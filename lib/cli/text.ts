// Long texts (scripts, comments, lists): from standard input when it is not a terminal, else from an editor.
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { LunaError } from '../error.ts'
import { withScratch } from '../host/scratch.ts'
import { decodeText } from '../object/given/text.ts'

/**
 * The text that the operator gives, without the line ends at its end. `old` is what the editor starts with.
 * Throws LunaError `failed` when the editor cannot be started or fails, `invalid` for what is no text.
 */
export async function readText(old: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const text = process.stdin.isTTY ? await edit(old, env) : await standardInput(signal)
  return text.replace(/[\r\n]+$/, '')
}

async function standardInput(signal: AbortSignal): Promise<string> {
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () =>
      reject(new LunaError('failed', 'interrupted while waiting for text on standard input', { fix: null }))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  return decodeText(await Promise.race([buffer(process.stdin), interrupted]), 'standard input')
}

async function edit(old: string, env: NodeJS.ProcessEnv): Promise<string> {
  return await withScratch(async (dir) => {
    const file = join(dir, 'text')
    // As editors expect it: the last line ends too.
    await writeFile(file, old === '' ? '' : `${old}\n`, { mode: 0o600 })
    await runEditor(env.EDITOR || 'vi', file)
    return decodeText(await readFile(file), 'the text')
  })
}

function runEditor(editor: string, file: string): Promise<void> {
  // EDITOR may hold arguments (`code --wait`); words are split at blanks, there is no shell.
  const [program = 'vi', ...args] = editor.split(/\s+/).filter((word) => word !== '')
  const failed = (why: string) =>
    new LunaError('failed', `the editor ${editor} did not finish`, {
      why,
      fix: 'set EDITOR, or pipe the text in',
    })
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit' })
    child.on('error', (error) => reject(failed(error.message)))
    child.on('exit', (status) =>
      status === 0 ? resolve() : reject(failed(`it ended with status ${status}`)),
    )
  })
}
