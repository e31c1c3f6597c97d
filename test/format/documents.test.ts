import assert from 'node:assert/strict'
import { LunaError } from '../../lib/error.ts'
import { readDocuments, writeYaml } from '../../lib/format/documents.ts'

const fieldsOf = (text: string) => readDocuments(text, 'f').map(({ fields }) => fields)

function refusal(text: string): string {
  try {
    readDocuments(text, 'f.yaml')
  } catch (error) {
    assert(error instanceof LunaError && error.code === 'invalid', String(error))
    return `${error.message}: ${error.why}`
  }
  return assert.fail('it was read')
}

describe('readDocuments', () => {
  it('reads things from documents, from lists, and from JSON', () => {
    const wanted = [{ name: 'n1' }, { name: 'n2' }]
    assert.deepEqual(fieldsOf('name: n1\n---\nname: n2\n---\n'), wanted)
    assert.deepEqual(fieldsOf('- name: n1\n- name: n2\n'), wanted)
    assert.deepEqual(fieldsOf('[{"name": "n1"}, {"name": "n2"}]'), wanted)
    assert.deepEqual(fieldsOf('{"name": "n1"}'), [{ name: 'n1' }])
    assert.deepEqual(fieldsOf('{name: n1}'), [{ name: 'n1' }])
    assert.deepEqual(fieldsOf('[]'), [])
    assert.deepEqual(fieldsOf('# nothing yet\n'), [])
  })

  it('leaves plain numbers of YAML as they are written', () => {
    const [fields] = fieldsOf('mac: 005254000001\nport: 07\nflag: true\nnone: null\nother: 1e3\n')
    assert.deepEqual(fields, { mac: '005254000001', port: '07', flag: true, none: null, other: '1e3' })
  })

  it('tells the place of a value, or of the nearest thing around it, in YAML and JSON', () => {
    const yaml = readDocuments('---\nname: n1\n---\nname: n2\ninterfaces:\n  BOOTIF: 10.30.0.1\n', 'f.yaml')
    assert.equal(yaml[1]?.place('interfaces', 'BOOTIF'), 'f.yaml, line 6, column 11')
    assert.equal(yaml[1]?.place('mac'), 'f.yaml, line 4, column 1')
    const json = readDocuments('[\n  {"name": "n1"},\n  {"name": "n2"}\n]', 'f.json')
    assert.equal(json[1]?.place('name'), 'f.json, line 3, column 12')
  })

  it('refuses what is neither, with its place', () => {
    assert.match(refusal('name: n1\n  mac: x\n'), /f\.yaml, line 1, column \d+: .*/)
    assert.match(refusal('[{"name": "n1",}\n,{"a" "b"}]'), /f\.yaml, line 2, column/)
    assert.match(refusal('name: n1\nname: n2\n'), /line 2, column 1: .*unique/)
    assert.match(refusal('[{"name": "n1",\n "a": "b:\\"c\\":", "a": 1}]'), /line 2, column 19: .*unique/)
    assert.match(refusal(' \n'), /^f\.yaml: .*it is empty/)
    assert.match(refusal('just a text'), /line 1, column 1: .*map of fields/)
    assert.match(refusal('- [1]'), /line 1, column 3: .*map of fields/)
    assert.match(refusal('a: !!js/function x'), /line 1, column \d+: .*tag/i)
  })

  it('refuses texts that grow or nest beyond measure', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (let at = 0; at < 8; at++) {
      const [one, other] = [String.fromCharCode(97 + at), String.fromCharCode(98 + at)]
      bomb.push(`${other}: &${other} [${Array(10).fill(`*${one}`).join(', ')}]`)
    }
    assert.match(refusal(bomb.join('\n')), /alias/)
    assert.match(refusal(`a: ${'['.repeat(100_000)}`), /too deep/)
    assert.match(refusal(`[${'{},'.repeat(100_001)}{}]`), /100000 are the most/)
  })
})

describe('writeYaml', () => {
  it('quotes what YAML 1.1 would take for a number or a truth value', () => {
    const text = writeYaml([{ mac: '52:54:00:00:01:07', answer: 'yes', octal: '010', name: 'node001' }])
    assert.match(text, /mac: "52:54:00:00:01:07"\nanswer: "yes"\noctal: "010"\nname: node001\n/)
  })

  it('writes what readDocuments reads as it was', () => {
    const documents = [
      {
        name: 'n1',
        port: '007',
        flag: 'yes',
        none: null,
        on: true,
        text: ' two\nlines\n',
        map: { a: '1.0' },
      },
      { name: 'n2', text: '# x', mac: '52:54:00:00:00:01', long: 'word '.repeat(100) },
    ]
    assert.deepEqual(fieldsOf(writeYaml(documents)), documents)
  })
})
