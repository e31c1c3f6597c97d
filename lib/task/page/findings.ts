// What `luna doctor` found last as root on each head, and what is due by that.
import type { Store } from '../../store/store.ts'
import type { Finding } from '../doctor/check.ts'
import { generatedNames } from '../doctor/generated.ts'
import { readFindings } from '../record/findings.ts'

export interface PageHead {
  readonly head: string
  /** When it was looked at, in ISO 8601. */
  readonly time: string
  readonly findings: readonly Finding[]
}

export interface PageFindings {
  readonly heads: readonly PageHead[]
  /** Commands that are to be given, and why. */
  readonly due: readonly { readonly command: string; readonly why: string }[]
}

export async function pageFindings(store: Store): Promise<PageFindings> {
  const reports = await store.headReports('doctor')
  const heads = reports.map(({ head, time, told }) => ({
    head,
    time: new Date(time).toISOString(),
    findings: readFindings(told),
  }))
  return { heads, due: dueOf(heads) }
}

/** What is made from the database and is out of date, or was never made. */
function dueOf(heads: readonly PageHead[]): PageFindings['due'] {
  const made = new Set(generatedNames)
  return heads.flatMap(({ head, findings }) =>
    findings
      .filter(({ check, state, fix }) => made.has(check) && state === 'wrong' && fix !== null)
      .map(({ check, seen, fix }) => ({ command: fix ?? '', why: `${head}: ${check}: ${seen}` })),
  )
}
