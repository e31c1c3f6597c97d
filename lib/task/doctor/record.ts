// What root has found goes to the store, for those who cannot look themselves.
import { hostname } from 'node:os'
import { visible } from '../../log.ts'
import type { Store } from '../../store/store.ts'
import type { Finding } from './check.ts'

// A finding is a line; nothing that a daemon says makes the report long.
const mostCharacters = 1000

/** Keeps the findings in place of those of the last time. */
export async function keepFindings(
  store: Store,
  findings: readonly Finding[],
  time = Date.now(),
): Promise<void> {
  const told = findings.map(({ check, state, seen, fix }) => ({ check, state, seen: short(seen), fix }))
  await store.keepHeadReport({ topic: 'doctor', head: hostname(), time, told })
}

function short(text: string): string {
  return visible(text.replace(/\s*\n\s*/g, '; ')).slice(0, mostCharacters)
}
