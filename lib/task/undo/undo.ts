// Undoes what one command changed: all of it or nothing, and only where that is still as the command left it.
import { LunaError } from '../../error.ts'
import { label } from '../../object/check/defect.ts'
import { isKept } from '../../object/inventory/fields.ts'
import type { KeptEntry, ObjectChange, Store } from '../../store/store.ts'
import { checkCluster } from '../database/check.ts'
import { type Notes, newNotes, type Outcome } from '../outcome.ts'
import { refuseOwnerless } from './addresses.ts'
import { refuseChanged } from './compare.ts'
import { notUndone } from './not-undone.ts'
import { putAllBack } from './put-back.ts'
import { presentOf } from './typed.ts'

/**
 * Undoes an entry of the history. Throws LunaError `not-found` when there is none of that number, `refused`
 * with the reason when it cannot be undone; nothing has changed then. Secrets that it cannot put back are
 * warned of.
 */
export async function undoEntry(store: Store, number: number): Promise<Outcome> {
  return await store.transaction(async (tx) => {
    const entry = await getEntry(tx, number)
    refuseUnkept(entry)
    const notes = newNotes()
    const wrong = new Set(await wrongIn(tx))
    const present = await presentOf(tx, entry.changes)
    await refuseChanged(tx, entry, present)
    await inItsWords(number, () => putAllBack(tx, entry, present, notes))
    await refuseOwnerless(tx, number, entry.changes)
    refuseDefects(entry, wrong, await wrongIn(tx))
    warnOfSecrets(entry, notes)
    return notes
  })
}

/** The entry of that number; `not-found` when there is none. */
export async function getEntry(store: Store, number: number): Promise<KeptEntry> {
  const entry = await store.historyOf(number)
  if (entry) return entry
  throw new LunaError('not-found', `there is no entry ${number} in the history`, {
    fix: 'see which there are: luna history',
  })
}

/** Refuses entries of which the history does not have what undoing takes. */
function refuseUnkept({ number, whole, omitted, changes }: KeptEntry): void {
  if (whole)
    throw notUndone(number, {
      why: 'the whole database was removed or replaced, of which a copy was kept beside it',
      fix: 'luna db import --replace FILE',
    })
  if (omitted)
    throw notUndone(number, {
      why: 'its differences are not kept: there were too many, or they are damaged',
      fix: 'put back what it changed by hand, or from a copy: luna db import --replace FILE',
    })
  const packed = changes.find(isPacked)
  if (packed)
    throw notUndone(number, {
      why: `${label('osimage', packed.name)} was packed, and the files of the pack before are not kept`,
      fix: `pack it as it is to be: luna osimage pack ${packed.name}`,
    })
  const secret = changes.find(isSecretOnly)
  if (!secret || !changes.every(isSecretOnly)) return
  const { kind, name, secrets } = secret
  throw notUndone(number, {
    why: `secrets are not kept, and it changed nothing else: ${secrets.join(', ')} of ${label(kind, name)}`,
    fix: secretFix(secret),
  })
}

function isPacked({ kind, before, after }: ObjectChange): boolean {
  if (kind !== 'osimage' || !before || !after) return false
  return Object.keys({ ...before, ...after }).some((field) => isKept(kind, field))
}

function isSecretOnly({ before, after, secrets, cards }: ObjectChange): boolean {
  const fields = Object.keys({ ...before, ...after })
  return Boolean(before && after && !cards) && secrets.length > 0 && fields.length === 0
}

function secretFix({ kind, name, secrets }: ObjectChange): string {
  if (kind === 'node') return `luna node arm ${name}, or luna node disarm ${name}`
  return `give them anew: luna ${kind} change ${name} ${secrets.map((field) => `--${field} -`).join(' ')}`
}

function warnOfSecrets({ changes }: KeptEntry, notes: Notes): void {
  for (const change of changes) {
    const { kind, name, before, after, secrets } = change
    if (!before || secrets.length === 0) continue
    const now = after ? 'it stays as it is' : 'it is as in a new one'
    const what = `${secrets.join(', ')} of ${label(kind, name)} cannot be put back, and ${now}`
    notes.warnings.push(`${what} (${secretFix(change)})`)
  }
}

/** What refuses a part of the undo is why there is none. */
async function inItsWords(number: number, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const tells = error instanceof LunaError && ['taken', 'refused', 'invalid', 'failed'].includes(error.code)
    const own = notUndone(number, { why: '', fix: '' }).message
    if (!tells || error.message === own) throw error
    const why = error.why === undefined ? error.message : `${error.message}: ${error.why}`
    throw notUndone(number, { why, fix: error.fix ?? 'see what was changed since: luna history' })
  }
}

/** What is wrong in the database, a line each; what is only missing or reserved is not. */
async function wrongIn(tx: Store): Promise<string[]> {
  const findings = await checkCluster(tx, { repair: false })
  return findings
    .filter(({ harmless, defect }) => !harmless && defect !== 'no-address')
    .map(({ line }) => line)
}

/** Refuses what was not wrong before; that of an object which gets another name is told in other words. */
function refuseDefects({ number }: KeptEntry, before: ReadonlySet<string>, after: readonly string[]): void {
  const lines = after.filter((line) => !before.has(line))
  if (lines.length === 0) return
  throw notUndone(number, {
    why: `the database would not be sound: ${lines.slice(0, 3).join('; ')}`,
    fix:
      before.size > 0
        ? 'repair first what is wrong in it now: luna cluster check --repair'
        : 'see what was changed since, and undo that first: luna history',
  })
}
