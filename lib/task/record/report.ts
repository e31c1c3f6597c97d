// What a node has to say of a step that failed: read from what it sent, kept, and made a part of its boot.
import { visible } from '../../log.ts'
import type { Node } from '../../object/node.ts'
import type { BootEvent, Failure } from '../../object/record/boot.ts'
import { mostReportBytes, type Report } from '../../object/record/report.ts'
import type { Store } from '../../store/store.ts'

// Beside what all may have: lines, and characters of a line.
const mostLines = 200
const longestLine = 500

/** As it was sent: the step, the exit status, and a text whose first line is the command. */
export interface Sent {
  readonly step: string
  readonly status?: number
  readonly body: Uint8Array
}

/** Keeps the report, and gives what it says of the boot. */
export async function takeReport(store: Store, node: Node, sent: Sent, now: Date): Promise<BootEvent> {
  const report = readReport(sent, now.getTime())
  await store.keepReport(node.id, report)
  const { step, time } = report
  return {
    node: node.id,
    step: `install.error.${step.replace(/^install\./, '')}`,
    time,
    failure: failureOf(report),
  }
}

/** Control characters come out as text; what is too much is cut off at the beginning. */
export function readReport({ step, status, body }: Sent, time: number): Report {
  const text = Buffer.from(body.subarray(0, mostReportBytes)).toString('utf8')
  const [command = '', ...rest] = text.split(/\r?\n/).map(shownLine)
  const last = rest.findLastIndex((line) => line !== '')
  const lines = rest.slice(0, last + 1).slice(-mostLines)
  return {
    step,
    time,
    ...(command !== '' && { command }),
    ...(status !== undefined && { status }),
    lines,
  }
}

/** A tab is a blank, and of what a line was written over by with a carriage return the last is left. */
function shownLine(line: string): string {
  const written = line.slice(line.lastIndexOf('\r') + 1).replaceAll('\t', ' ')
  return visible(written).slice(0, longestLine)
}

// Words of a line that says what is wrong.
const telling =
  /\b(?:error|fail(?:ed|ure)?|cannot|can't|could not|no such|not found|unable|denied|refused|invalid)\b/i

/** The failure in short: of its lines the last one that says what is wrong, else the last one. */
function failureOf({ step, command, status, lines }: Report): Failure {
  const own = lines.filter((line) => !line.startsWith('luna: ') || / mounted nothing |differ|BMC/.test(line))
  const line = own.findLast((one) => telling.test(one)) ?? own.at(-1)
  return {
    step,
    ...(command !== undefined && { command }),
    ...(status !== undefined && { status }),
    ...(line !== undefined && { line }),
  }
}
