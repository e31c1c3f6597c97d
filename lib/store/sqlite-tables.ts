// Documents in tables of SQLite: one per collection, made when it is first written to, with a column per index of backend.ts.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Document, serialize } from 'bson'
import { idText, indexesOf, indexFor, indexKey, indexName, type Part, type Where } from './backend.ts'
import { addColumns, dropUnique, makeTable, makeUnique, quoted } from './sqlite-columns.ts'
import { documentOf } from './value.ts'

/** A stored document. The link counters are kept apart, since most who read a document do not want them. */
interface Row {
  readonly document: Uint8Array
  readonly links: Uint8Array | null
}

export class Tables {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #known = new Set<string>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  names(): string[] {
    const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
    const rows = this.#statement(sql).all()
    return rows.map(({ name }) => String(name))
  }

  find(collection: string, where: Where | undefined, part: Part): Document[] {
    return this.#rows(collection, where, part).map(wholeOf)
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
    const filter = where ? ` WHERE ${quoted(name)} = ?` : ''
    const links = part === 'whole' ? 'links' : 'NULL AS links'
    const sql = `SELECT document, ${links} FROM ${quoted(collection)}${filter} ORDER BY id`
    const rows = this.#statement(sql).all(...(where ? [key] : []))
    return rows as unknown as Row[]
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

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function columnFor(where: Where = {}): { name: string; key: string | null } {
  if (where._id !== undefined) return { name: 'id', key: idText(where._id) }
  const { name, key = null } = indexFor(where)
  return { name, key }
}

function wholeOf({ document, links }: Row): Document {
  const main = documentOf(document)
  return links ? { ...main, ...documentOf(links) } : main
}
