import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  parameterDoubts,
  parameterObjections,
  translatedKeys,
  untranslatedParameters,
} from '../../lib/object/ifcfg.ts'

const model = join(import.meta.dirname, '../../conf-templates/install/network/model.sh')

describe('untranslatedParameters', () => {
  it('gives keys that only ifcfg files have, each once, and lines without a key', () => {
    const text =
      '# a comment\nMTU=9000\n\n  ETHTOOL_OPTS="speed 1000"\nETHTOOL_OPTS=x\nDNS1=10.0.0.1\nIPADDR12=1\nnonsense'
    assert.deepEqual(untranslatedParameters(text), ['ETHTOOL_OPTS', 'IPADDR12', 'nonsense'])
  })

  it('knows the keys that the install script knows', () => {
    const body = /note_unknown_keys\(\) \{\n(.*?)\n\}/s.exec(readFileSync(model, 'utf8'))?.[1] ?? ''
    const patterns = [...body.matchAll(/^\s+([A-Z][^)\n]*)\) ;;$/gm)].flatMap(([, keys = '']) =>
      keys.split(' | '),
    )
    assert.ok(patterns.length > 20)
    assert.deepEqual(patterns.toSorted(), translatedKeys.toSorted())
  })
})

describe('parameterObjections and parameterDoubts', () => {
  it('judge each key that is translated but those that can be any text', () => {
    const silent = translatedKeys.filter((key) => {
      const line = `${key.replace('[0-9]', '1')}="mode=! !"`
      return [...parameterObjections(line), ...parameterDoubts(line)].length !== 1
    })
    // ROUTES is judged by the install script, whatever the image has.
    assert.deepEqual(silent, ['DEVICE', 'NAME', 'ROUTES', 'UUID'])
  })
})
