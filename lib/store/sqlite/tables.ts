// Documents in tables of SQLite: one per collection, made when it is first written to, with a column per
// index of backend.ts.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type Document, serialize } from 'bson'
import { idText, indexesOf, indexFor, indexKey, indexName, type Part, type Where } from '../backend.ts'
import { withFields } from '../bson/fields.ts'
import { changeByPath } from '../bson/path.ts'
import { plainReader } from '../bson/plain.ts'
import { documentOf } from '../bson/values.ts'
import { addColumns, dropUnique, makeTable, makeUnique, quoted } from './columns.ts'

/** A stored document. The link counters have a column of their own, since most reads leave them out. */
type Row = readonly [document: Uint8Array, links: Uint8Array | null]

export class Tables {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #shapes = new Map<string, StatementSync>()
  readonly #known = new Set<string>()
  readonly #plain = plainReader()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  collections(): string[] {
    const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
    const rows = this.#statement(sql).all()
    return rows.map(({ name }) => String(name))
  }

  find(collection: string, where: Where | undefined, part: Part): Document[] {
    const rows = this.#rows(collection, where, part)
    if (part === 'whole') return rows.map(wholeOf)
    return rows.map(([document]) => this.#plain(document))
  }

  /** The numbers of the rows that match and were `updated` at that time or later. */
  since(collection: string, where: Where, time: Date): number[] {
    if (!this.#has(collection)) return []
    const { name, key } = columnFor(where)
    const all = Object.keys(where).length === 0
    const sql = `SELECT rowid AS row FROM ${quoted(collection)} WHERE updated >= ?`
    const rows = all
      ? this.#statement(sql).all(time.getTime())
      : this.#statement(`${sql} AND +${quoted(name)} = ?`).all(time.getTime(), key)
    return rows.map(({ row }) => Number(row))
  }

  /** The documents of these rows, of which some may be gone. */
  at(collection: string, rows: readonly number[]): Document[] {
    const statement = this.#statement(`SELECT document, links FROM ${quoted(collection)} WHERE rowid = ?`)
    return rows.flatMap((row) => rowsFrom(statement, row)).map(wholeOf)
  }

  /** The documents with nothing but what these columns hold: ids and references as text. */
  columns(collection: string, columns: Readonly<Record<string, string>>): Document[] {
    if (!this.#has(collection)) return []
    const list = Object.entries(columns).map(([as, column]) => `${quoted(column)} AS ${quoted(as)}`)
    return this.#statement(`SELECT ${list.join(', ')} FROM ${quoted(collection)}`).all()
  }

  /**
   * Changes fields of the first document that matches, and nothing else of its row; false when none does.
   * Link counters are no fields here.
   */
  change(collection: string, where: Where, set: Readonly<Record<string, unknown>>): boolean {
    if (!this.#has(collection)) return false
    const { name, key } = columnFor(where)
    const row = this.#shaped(
      `change ${collection} ${name}`,
      () => `SELECT id, document FROM ${quoted(collection)} WHERE ${quoted(name)} = ? ORDER BY id LIMIT 1`,
    ).get(key)
    if (!(row?.document instanceof Uint8Array)) return false
    const { updated } = set
    const time = updated instanceof Date ? [updated.getTime()] : []
    const indexes = indexesOf(collection).filter((paths) => paths.some((path) => touches(set, path)))
    const columns = ['document', ...time.map(() => 'updated'), ...indexes.map(indexName)]
    const known = indexes.every((paths) => paths.every((path) => Object.hasOwn(set, path)))
    const flat = known && !Object.keys(set).some((path) => path.includes('.'))
    const [document, fields] = flat ? [withFields(row.document, set), set] : changed(row.document, set)
    const keys = indexes.map((paths) => indexKey(paths, fields) ?? null)
    this.#shaped(`update ${collection} ${columns.join()}`, () => {
      const changes = columns.map((column) => `${quoted(column)} = ?`).join(', ')
      return `UPDATE ${quoted(collection)} SET ${changes} WHERE id = ?`
    }).run(document, ...time, ...keys, String(row.id))
    return true
  }

  /** Writes a whole document, over the one with the same id. */
  put(collection: string, document: Document): void {
    this.#make(collection)
    const { _use_, _usedby_, ...rest } = document
    const links = { ...(_use_ !== undefined && { _use_ }), ...(_usedby_ !== undefined && { _usedby_ }) }
    const updated: unknown = document.updated
    const values = [
      idText(document._id),
      serialize(rest),
      Object.keys(links).length > 0 ? serialize(links) : null,
      updated instanceof Date ? updated.getTime() : null,
      ...indexesOf(collection).map((paths) => indexKey(paths, document) ?? null),
    ]
    const columns = ['id', 'document', 'links', 'updated', ...indexesOf(collection).map(indexName)]
    const holes = values.map(() => '?').join(', ')
    const into = `${quoted(collection)} (${columns.map(quoted).join(', ')})`
    const changes = columns.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')
    const sql = `INSERT INTO ${into} VALUES (${holes}) ON CONFLICT (id) DO UPDATE SET ${changes}`
    this.#statement(sql).run(...values)
  }

  /** Removes what matches, or all. */
  remove(collection: string, where?: Where): void {
    if (!this.#has(collection)) return
    const { name, key } = columnFor(where)
    const filter = where ? ` WHERE ${quoted(name)} = ?` : ''
    this.#statement(`DELETE FROM ${quoted(collection)}${filter}`).run(...(where ? [key] : []))
  }

  /** Removes what was not `updated` since. */
  expire(collection: string, before: Date): void {
    if (!this.#has(collection)) return
    this.#statement(`DELETE FROM ${quoted(collection)} WHERE updated < ?`).run(before.getTime())
  }

  /** Has SQLite refuse, or take, a second document with the same name; false when there is one. */
  setUnique(collection: string, unique: boolean): boolean {
    if (unique) this.#make(collection)
    return unique ? makeUnique(this.#database, collection) : dropUnique(this.#database, collection)
  }

  /** Forgets which tables there are: a transaction that was rolled back may have taken some along. */
  forget(): void {
    this.#known.clear()
  }

  #rows(collection: string, where: Where | undefined, part: Part): Row[] {
    if (!this.#has(collection)) return []
    const { name, key } = columnFor(where)
    const whole = part === 'whole'
    const statement = this.#shaped(`find ${whole} ${collection} ${where && name}`, () => {
      const filter = where ? ` WHERE ${quoted(name)} = ?` : ''
      return `SELECT document, ${whole ? 'links' : 'NULL AS links'} FROM ${quoted(collection)}${filter} ORDER BY id`
    })
    return where ? rowsFrom(statement, key) : rowsFrom(statement)
  }

  #has(collection: string): boolean {
    if (this.#known.has(collection)) return true
    const sql = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`
    const there = this.#statement(sql).get(collection) !== undefined
    if (!there) return false
    addColumns(this.#database, collection)
    this.#known.add(collection)
    return true
  }

  #make(collection: string): void {
    if (this.#has(collection)) return
    makeTable(this.#database, collection)
    this.#known.add(collection)
  }

  /**
   * The statement of a shape: its text, which takes longer to put together than to run, is only made once.
   */
  #shaped(shape: string, sql: () => string): StatementSync {
    const statement = this.#shapes.get(shape) ?? this.#database.prepare(sql())
    this.#shapes.set(shape, statement)
    return statement
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** The document as bytes and as it is, changed by path. */
function changed(bytes: Uint8Array, set: Readonly<Record<string, unknown>>): [Uint8Array, Document] {
  const document = documentOf(bytes)
  changeByPath(document, set, [])
  return [serialize(document), document]
}

/** Whether giving those paths values can change what is at another one. */
function touches(set: Readonly<Record<string, unknown>>, path: string): boolean {
  return Object.keys(set).some((one) => one.split('.')[0] === path.split('.')[0])
}

function columnFor(where: Where = {}): { name: string; key: string | null } {
  if (where._id !== undefined) return { name: 'id', key: idText(where._id) }
  const { name, key = null } = indexFor(where)
  return { name, key }
}

/** As lists: as objects with the names of the columns they take half as long again. */
function rowsFrom(statement: StatementSync, ...parameters: SQLInputValue[]): Row[] {
  statement.setReturnArrays(true)
  return statement.all(...parameters) as unknown as Row[]
}

function wholeOf([document, links]: Row): Document {
  const main = documentOf(document)
  return links ? { ...main, ...documentOf(links) } : main
}
