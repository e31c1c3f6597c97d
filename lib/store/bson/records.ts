// What is remembered of boots, as documents and back. A boot is one text (JSON): it is read as a whole or not
// at all, and ten thousand texts are read ten times as fast as ten thousand documents of many parts.
import { type Document, ObjectId } from 'bson'
import type { Id } from '../../object/field.ts'
import { type Boot, mostBoots } from '../../object/record/boot.ts'
import { type HeadReport, reportTopics } from '../../object/record/head-report.ts'
import type { Report } from '../../object/record/report.ts'
import { records, type Where, type Write } from '../backend.ts'
import type { KeptBoot } from '../store.ts'
import { idOf } from './values.ts'

/** The last boot of a node has a document by the id of the node; those before share a ring of numbers. */
export function bootWrite({ node, boot, past }: KeptBoot): Write {
  const id = new ObjectId(node)
  const set = { boot: JSON.stringify(boot), updated: new Date(boot.steps.at(-1)?.time ?? boot.began) }
  if (!past) return { op: 'upsert', collection: records.lastBoots, key: { _id: id }, set }
  const key = { node: id, slot: boot.number % (mostBoots - 1) }
  return { op: 'upsert', collection: records.pastBoots, key, set }
}

export function reportWrite(node: Id, report: Report): Write {
  const set = { report: JSON.stringify(report), updated: new Date(report.time) }
  return { op: 'upsert', collection: records.reports, key: byId(node), set }
}

export function headReportWrite({ topic, head, time, told }: HeadReport): Write {
  const set = { topic, head, told: JSON.stringify(told), updated: new Date(time) }
  return { op: 'upsert', collection: records.heads, key: { _id: `${topic} ${head}` }, set }
}

/** What takes all that is remembered of a node away. */
export function forgetWrites(node: Id): Write[] {
  return [
    { op: 'remove', collection: records.lastBoots, where: byId(node) },
    { op: 'remove', collection: records.reports, where: byId(node) },
    { op: 'remove', collection: records.pastBoots, where: ofNode(node) },
  ]
}

export function byId(node: Id): Where {
  return { _id: new ObjectId(node) }
}

export function ofNode(node: Id): Where {
  return { node: new ObjectId(node) }
}

/** The boot of a document; undefined when it is damaged. */
export function readBoot({ boot: text }: Document): Boot | undefined {
  const boot = parsed(text) as Partial<Boot> | undefined
  const sound = typeof boot?.number === 'number' && typeof boot.began === 'number'
  return sound && Array.isArray(boot.steps) ? (boot as Boot) : undefined
}

/** The last boot of a node with the node; undefined when it is damaged. */
export function readLastBoot(document: Document): [Id, Boot] | undefined {
  const [node, boot] = [idOf(document._id), readBoot(document)]
  return node && boot && [node, boot]
}

export function readReport({ report: text }: Document): Report | undefined {
  const report = parsed(text) as Partial<Report> | undefined
  const sound = typeof report?.step === 'string' && typeof report.time === 'number'
  return sound && Array.isArray(report.lines) ? (report as Report) : undefined
}

export function readHeadReport({ topic, head, told: text, updated }: Document): HeadReport | undefined {
  const [known, told] = [reportTopics.find((one) => one === topic), parsed(text)]
  if (!known || typeof head !== 'string' || !(updated instanceof Date) || !told) return undefined
  return { topic: known, head, time: updated.getTime(), told }
}

function parsed(text: unknown): object | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
