// The columns of a table in SQLite that indexes need: made with the table, and added to those that an older
// Luna made.
import type { DatabaseSync } from 'node:sqlite'
import { deserialize } from 'bson'
import { indexesOf, indexKey, indexName } from '../backend.ts'

/** Makes the table of a collection, with a column and an index per list of paths in backend.ts. */
export function makeTable(database: DatabaseSync, collection: string): void {
  const names = indexesOf(collection).map(indexName)
  const columns = names.map((name) => `, ${quoted(name)} TEXT`).join('')
  const fixed = 'id TEXT PRIMARY KEY, document BLOB NOT NULL, links BLOB, updated INTEGER'
  database.exec(`CREATE TABLE ${quoted(collection)} (${fixed}${columns})`)
  for (const name of [...names, 'updated']) makeIndex(database, collection, name)
}

/** Adds the columns that the table lacks, and fills them. */
export function addColumns(database: DatabaseSync, collection: string): void {
  if (missingIn(database, collection).length === 0) return
  const joins = database.isTransaction
  if (!joins) database.exec('BEGIN IMMEDIATE')
  try {
    // Another process may have done it while this one waited.
    for (const paths of missingIn(database, collection)) addColumn(database, collection, paths)
    if (!joins) database.exec('COMMIT')
  } catch (error) {
    if (!joins && database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function missingIn(database: DatabaseSync, collection: string): (readonly string[])[] {
  const columns = database.prepare(`PRAGMA table_info(${quoted(collection)})`).all()
  const present = new Set(columns.map(({ name }) => name))
  return indexesOf(collection).filter((paths) => !present.has(indexName(paths)))
}

function addColumn(database: DatabaseSync, collection: string, paths: readonly string[]): void {
  const [table, column] = [quoted(collection), quoted(indexName(paths))]
  database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT`)
  const fill = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`)
  for (const { id, document } of database.prepare(`SELECT id, document FROM ${table}`).all()) {
    if (!(document instanceof Uint8Array) || typeof id !== 'string') continue
    fill.run(indexKey(paths, deserialize(document, { promoteValues: false })) ?? null, id)
  }
  makeIndex(database, collection, indexName(paths))
}

function makeIndex(database: DatabaseSync, collection: string, name: string): void {
  const index = quoted(`${collection} by ${name}`)
  database.exec(`CREATE INDEX ${index} ON ${quoted(collection)} (${quoted(name)})`)
}

/** Makes names unique in the table of a collection; false when they are not. */
export function makeUnique(database: DatabaseSync, collection: string): boolean {
  try {
    database.exec(
      `CREATE UNIQUE INDEX IF NOT EXISTS ${uniqueIndex(collection)} ON ${quoted(collection)} (name)`,
    )
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

export function dropUnique(database: DatabaseSync, collection: string): true {
  database.exec(`DROP INDEX IF EXISTS ${uniqueIndex(collection)}`)
  return true
}

function uniqueIndex(collection: string): string {
  return quoted(`${collection} by unique name`)
}

/** True when SQLite refused something because of a unique index. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === constraintUnique
}

const constraintUnique = 2067

/** A name as SQL takes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
