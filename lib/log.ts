// The log: one line per event, with its name and fields. Daemons write it to standard error, with the
// priority of the journal in front (sd-daemon(3)); commands as `LEVEL:luna:text`, which scripts of the first
// Luna know.
import { appendFileSync } from 'node:fs'

type Level = 'debug' | 'info' | 'warning' | 'error'
export type Fields = { readonly [name: string]: string | number | boolean | undefined }

export interface Log {
  debug(event: string, fields?: Fields): void
  info(event: string, fields?: Fields): void
  warning(event: string, fields?: Fields): void
  error(event: string, fields?: Fields): void
}

const priority = { debug: 7, info: 6, warning: 4, error: 3 } satisfies Record<Level, number>

/** What the journal knows of an event beside its text (systemd.journal-fields(7)). */
const journalFields = { LUNA_NODE: 'node', LUNA_BOOT: 'boot', LUNA_STEP: 'step' } as const

/**
 * Log of a daemon: `<6>event key=value`, one line each, whatever the values hold. Where luna-journal reads it
 * (packaging/journal), fields of the journal come before the text, each after a tab.
 */
export function daemonLog(
  write: (line: string) => void = toStderr,
  withFields: boolean = process.env.LUNA_JOURNAL !== undefined,
): Log {
  return logWith((level, text, fields) => {
    const said = withFields ? journalFieldsOf(fields) : ''
    write(`<${priority[level]}>${said}${text}\n`)
  })
}

function journalFieldsOf(fields: Fields): string {
  const said = Object.entries(journalFields).flatMap(([field, name]) => {
    const value = fields[name]
    return value === undefined ? [] : [`\t${field}=${visible(String(value))}`]
  })
  return said.length > 0 ? `${said.join('')}\t` : ''
}

/**
 * Log of a daemon in the background: `TIME LEVEL event key=value`, appended to a file that is opened anew for
 * every line, so that it can be rotated. A full disk is no reason to stop serving.
 */
export function fileLog(path: string): Log {
  return logWith((level, text) => {
    try {
      appendFileSync(path, `${new Date().toISOString()} ${level.toUpperCase()} ${text}\n`)
    } catch {
      // There is nobody to tell.
    }
  })
}

/** Log of a command: `INFO:luna:event key=value`; `debug` lines only when asked for. */
export function commandLog(debug: boolean, write: (line: string) => void = toStderr): Log {
  return logWith((level, text) => {
    if (level !== 'debug' || debug) write(`${level.toUpperCase()}:luna:${text}\n`)
  })
}

/**
 * One line of an event; control characters are escaped, so that a hostile value cannot forge a line or move
 * the cursor.
 */
export function formatEvent(event: string, fields: Fields = {}): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  const text = pairs.map(([name, value]) => `${name}=${quoted(String(value))}`)
  return [visible(event), ...text].join(' ')
}

function logWith(put: (level: Level, text: string, fields: Fields) => void): Log {
  const at =
    (level: Level) =>
    (event: string, fields: Fields = {}) =>
      put(level, formatEvent(event, fields), fields)
  return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error') }
}

function quoted(value: string): string {
  return /^[\w.:/@,+-]+$/.test(value) ? value : JSON.stringify(visible(value))
}

/** The text with control characters (C0, DEL, C1) as `\\xNN`. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function toStderr(line: string): void {
  process.stderr.write(line)
}
