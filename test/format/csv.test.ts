import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { looksLikeCsv, readCsv, writeCsv } from '../../lib/format/csv.ts'

const fieldsOf = (text: string) => readCsv(text, 'f').entries.map(({ fields }) => fields)

function refusal(text: string): string {
  try {
    readCsv(text, 'f.csv')
  } catch (error) {
    assert(error instanceof LunaError && error.code === 'invalid', String(error))
    return `${error.message}: ${error.why}`
  }
  return assert.fail('it was read')
}

describe('readCsv', () => {
  it('reads records by the names of the header', () => {
    assert.deepEqual(fieldsOf('name,mac\nn1,a\nn2,\n'), [
      { name: 'n1', mac: 'a' },
      { name: 'n2', mac: '' },
    ])
  })

  it('takes semicolons and tabs, CR LF, a byte order mark, blanks, comments and empty lines', () => {
    const wanted = [{ name: 'n1', comment: 'a,b' }]
    assert.deepEqual(fieldsOf('\ufeffname;comment\r\nn1;a,b\r\n'), wanted)
    assert.deepEqual(fieldsOf('# the rack\nname\tcomment\n\nn1 \ta,b'), wanted)
    assert.deepEqual(fieldsOf('name , comment,\nn1,"a,b",\n,\n'), [...wanted, { name: '', comment: '' }])
  })

  it('tells the line in which a record begins, also after texts of several lines, and the cell', () => {
    const { entries, columns, place } = readCsv('# rack\nname,comment\nn1,"two\nlines"\n\nn2,x\n', 'f.csv')
    const places = entries.map((one) => [one.place(), one.place('comment'), one.place('nothing')])
    assert.deepEqual(places, [
      ['f.csv, line 3', 'f.csv, line 3, column 2', 'f.csv, line 3'],
      ['f.csv, line 6', 'f.csv, line 6, column 2', 'f.csv, line 6'],
    ])
    assert.deepEqual([columns, place('comment')], [['name', 'comment'], 'f.csv, line 2, column 2'])
  })

  it('refuses what is no table, with its line', () => {
    assert.match(refusal(''), /f\.csv: .*it is empty/)
    assert.match(refusal('name,name\n'), /line 1: .*"name" is there twice/)
    assert.match(refusal('name\nn1,x\n'), /line 2, column 2: the cell belongs to no column/)
    assert.match(refusal('name\n"n1"\n"n2\nn3\n'), /^f\.csv, line 3: .*a quote is opened there and never/)
    assert.match(refusal('name,comment\nn1,a"b\n'), /^f\.csv, line 2, column 2: .*in the middle of a text/)
    assert.match(refusal('name,comment\nn1,"a"b\n'), /^f\.csv, line 2, column 2: .*in the middle of a text/)
    assert.match(refusal(`name\n${'x'.repeat(2_000_000)}`), /cannot be read/)
    assert.match(refusal(`name\n${'n\n'.repeat(100_001)}`), /100000 are the most/)
  })
})

describe('writeCsv', () => {
  it('writes what readCsv reads as it was', () => {
    const texts = ['', ' a ', '#x', 'a,b', 'a;b', 'a\tb', '"q"', 'two\nlines', 'cr\r', '=1+1', 'ü', '-']
    const rows = texts.map((text, at) => [`n${at}`, text])
    const read = fieldsOf(writeCsv(['name', 'comment'], rows))
    assert.deepEqual(
      read.map(({ name, comment }) => [name, comment]),
      rows,
    )
  })
})

describe('looksLikeCsv', () => {
  it('knows a header from documents', () => {
    for (const text of ['name,mac\n', 'Name;MAC', '"name"\tgroup', 'name\n']) assert(looksLikeCsv(text), text)
    for (const text of ['[{"name":1,"x":2}]', 'name: n1, n2\n', '---\n', '- name: a, b', '{}', '# x, y\n'])
      assert(!looksLikeCsv(text), text)
  })
})
