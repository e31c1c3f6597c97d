// What people are told when MongoDB does not do what it is asked, by class of trouble.
import assert from 'node:assert/strict'
import { MongoBulkWriteError, MongoNetworkError, MongoParseError, MongoServerError } from 'mongodb'
import { LunaError } from '../../lib/error.ts'
import { isCutOff, isRefusal } from '../../lib/store/mongo/errors.ts'
import { explained } from '../../lib/store/mongo/explain.ts'

const server = (code: number, message = 'no') => new MongoServerError({ message, code })
const bulk = (code: number) => {
  const result = { getWriteConcernError: () => undefined } as never
  const error = { index: 0, code, errmsg: 'no' }
  return new MongoBulkWriteError({ message: 'no', code, writeErrors: [error as never] }, result)
}
const told = (error: unknown, read: string | null = null) => {
  const said = explained({ server: 'db1', tls: false }, '/etc/luna.conf', error, read)
  assert(said instanceof LunaError)
  return said
}

/** FailedToParse, TypeMismatch, PathNotViable and so on: codes by which MongoDB refuses what is written. */
const refusals = [2, 9, 14, 28, 52, 53, 55, 57, 73, 121, 166, 10334, 11000, 17419, 17420]
/** Killed, timed out, locked, in conflict, no rights, no disk, no primary, shut down. */
const others = [11601, 50, 24, 112, 262, 13, 14031, 13436, 6, 7, 89, 9001, 10107, 11600]

describe('errors of MongoDB', () => {
  for (const code of refusals) {
    it(`${code} refuses what is written: failed or taken, and nobody is told to start MongoDB`, () => {
      for (const error of [server(code), bulk(code)]) {
        assert.equal(isRefusal(error), true)
        assert.equal(told(error).code, code === 11000 ? 'taken' : 'failed')
        assert.doesNotMatch(told(error).fix ?? '', /start MongoDB/)
      }
    })
  }
  for (const code of others) {
    it(`${code} says nothing of what is written, so that a journal stays valid`, () => {
      for (const error of [server(code), bulk(code)]) assert.equal(isRefusal(error), false)
    })
  }

  for (const code of [6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 43, 175, 237]) {
    it(`${code} is worth another attempt`, () => assert.equal(isCutOff(server(code)), true))
  }
  it('a lost connection is worth another attempt, a refusal is not', () => {
    assert.equal(isCutOff(new MongoNetworkError('closed')), true)
    for (const code of refusals) assert.equal(isCutOff(bulk(code)), false)
  })

  for (const code of [2, 9, 28, 96, 10334, 17280, 301]) {
    it(`${code} refuses a question: it says which, and nothing of writing`, () => {
      const { code: status, message, fix } = told(server(code), 'node')
      assert.deepEqual([status, message], ['unavailable', 'the MongoDB at db1 refuses to read node'])
      assert.match(fix ?? '', new RegExp(`log of MongoDB.*\\(code ${code}\\); .*upgrade MongoDB, or report`))
    })
  }

  it('a server that is no member of a replica set is to become one, whatever the driver advises', () => {
    const original = server(20, 'Transaction numbers are only allowed on a replica set member or mongos')
    const advice = 'Please add retryWrites=false to your connection string.'
    for (const error of [original, new MongoServerError({ message: advice, originalError: original })]) {
      const { code, why, fix } = told(error)
      assert.deepEqual([code, why], ['unavailable', original.message])
      assert.match(
        fix ?? '',
        /replSetName, run rs\.initiate\(\).*replicaset under \[MongoDB\].*luna\.conf\(5\)/,
      )
      assert.doesNotMatch(fix ?? '', /start MongoDB,/)
    }
  })

  const unknownCommit = server(50)
  unknownCommit.addErrorLabel('UnknownTransactionCommitResult')
  const nextSteps = [
    ['no rights', server(13), 'unavailable', /role readWrite on the database luna/],
    ['a wrong password', server(18), 'unavailable', /user, password and authdb/],
    ['a full disk', server(14031), 'unavailable', /free disk space/],
    ['a conflict', server(112), 'failed', /try again/],
    ['a time limit', server(50), 'unavailable', /currentOp/],
    ['a server that blocks writes', server(371), 'unavailable', /setUserWriteBlockMode/],
    ['an answer of no known class', server(301), 'unavailable', /log of MongoDB: it runs.*\(code 301\)/],
    ['a commit of which nobody knows', unknownCommit, 'unavailable', /look at what is there/],
    ['no majority', server(64), 'unavailable', /look at what is there/],
    ['what the driver cannot read', new MongoParseError('no'), 'invalid', /correct server/],
    ['no CA file', Object.assign(new Error('ENOENT'), { syscall: 'open' }), 'invalid', /CAcert/],
  ] as const
  for (const [what, error, code, fix] of nextSteps) {
    it(`${what} has its own next step`, () => {
      assert.equal(told(error).code, code)
      assert.match(told(error).fix ?? '', fix)
    })
  }
})
