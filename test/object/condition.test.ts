import assert from 'node:assert/strict'
import { readCondition } from '../../lib/object/choice/condition.ts'

describe('readCondition', () => {
  for (const [text, field, holding, failing] of [
    ['status=install.error.*', 'status', ['install.error.disk'], ['install.errors', 'install.success', '']],
    ['group!=login', 'group', ['compute', ''], ['login', 'LOGIN']],
    ['mac=', 'mac', [''], ['52:54:00:00:00:01']],
    ['mac!=', 'mac', ['52:54:00:00:00:01'], ['']],
    ['mac=52:54:00:AB:*', 'mac', ['52:54:00:ab:00:01'], ['52:54:01:ab:00:01']],
    ['port=1/0/?', 'port', ['1/0/7'], ['1/0/17', '1/0/']],
    ['comment=a=b(c)*', 'comment', ['a=b(c) d'], ['a=bc']],
    [' name = n* ', 'name', ['n1'], ['m1']],
  ] as const) {
    it(`"${text}" holds for ${holding.join(', ') || 'nothing set'}`, () => {
      const condition = readCondition(text)
      assert.equal(condition.field, field)
      for (const one of holding) assert.equal(condition.holds([one]), true, one)
      for (const one of failing) assert.equal(condition.holds([one]), false, one)
    })
  }

  it('holds when any of several texts fits, and its contrary when none does', () => {
    assert.equal(
      readCondition('status=install.download').holds(['install.download 3', 'install.download']),
      true,
    )
    assert.equal(
      readCondition('status!=install.download').holds(['install.download 3', 'install.download']),
      false,
    )
  })

  for (const text of ['status', '=x', 'a b=c', '!=x'])
    it(`refuses "${text}"`, () => assert.throws(() => readCondition(text), { code: 'usage' }))
})
