// Long texts (scripts, comments, lists): from standard input when it is not a terminal, else from an editor.
import { spawn } from 'node:child_process'
import { createReadStream, fstatSync } from 'node:fs'
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
  const text = process.stdin.isTTY
    ? await edit(old, env)
    : decodeText(await buffer(input(signal)), 'standard input')
  return text.replace(/[\r\n]+$/, '')
}

/** Standard input. Throws LunaError `failed` when it is interrupted, or cannot be read. */
export async function* input(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin } = process
  const stop = () =>
    stdin.destroy(new LunaError('failed', 'interrupted while waiting for standard input', { fix: null }))
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    // Node takes a directory for an empty text.
    if (fstatSync(0).isDirectory()) throw new Error('it is a directory')
    yield* stdin
  } catch (cause) {
    if (cause instanceof LunaError) throw cause
    throw new LunaError('failed', 'standard input cannot be read', {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'pipe a text in, or < FILE',
      cause,
    })
  }
}

// In bytes: ten times what 10,000 nodes take.
const mostBytes = 64 * 1024 * 1024

/**
 * The text of a file, or of standard input (`-`). Throws LunaError `failed` when it cannot be read, `invalid`
 * for what is no text, or too much of it.
 */
export async function readContent(file: string, signal: AbortSignal): Promise<string> {
  const name = file === '-' ? 'standard input' : file
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of file === '-' ? input(signal) : createReadStream(file, { signal })) {
      parts.push(part as Uint8Array)
      bytes += (part as Uint8Array).length
      if (bytes > mostBytes)
        throw new LunaError('invalid', `${name} is too long`, {
          why: `${mostBytes} bytes are the most`,
          fix: 'give it in parts',
        })
    }
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof LunaError) throw cause
    if (signal.aborted)
      throw new LunaError('failed', `interrupted while ${name} was read`, { fix: null, cause })
    const fix = 'give a file that can be read, or - for standard input'
    throw new LunaError('failed', `${name} cannot be read`, { why: cause.message, fix, cause })
  }
  return decodeText(Buffer.concat(parts), name)
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
