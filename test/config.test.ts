import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, parseConfig } from '../lib/config.ts'
import { LunaError } from '../lib/error.ts'

const parse = (text: string) => parseConfig(text, '/etc/luna.conf', 'el')
const mongo = (lines: string) => {
  const { store } = parse(`[MongoDB]\n${lines}`)
  assert('mongo' in store)
  return store.mongo
}

/** What a text is refused with. */
function refusal(text: string): LunaError {
  try {
    parse(text)
  } catch (error) {
    assert(error instanceof LunaError)
    assert.equal(error.code, 'invalid')
    return error
  }
  throw new Error(`taken: ${text}`)
}

describe('luna.conf', () => {
  it('may be missing, or have everything commented out: MongoDB on this machine', () => {
    const none = { mongo: { server: 'localhost', tls: false } }
    assert.deepEqual(parse('').store, none)
    assert.deepEqual(parse('[MongoDB]\n#server=db1\n;password=\n').store, none)
    assert.throws(() => loadConfig({ LUNA_CONF: '/none' }), { code: 'invalid', fix: /LUNA_CONF/ })
  })

  it('is a file, or /dev/null: a pipe that nobody writes into is refused at once', () => {
    const at = mkdtempSync(join(tmpdir(), 'luna-config-'))
    const pipe = join(at, 'pipe')
    execFileSync('mkfifo', [pipe])
    // Only another process can be ended when it waits in open(2).
    const code = `import { loadConfig } from ${JSON.stringify(join(import.meta.dirname, '../lib/config.ts'))}
      try { loadConfig({ LUNA_CONF: ${JSON.stringify(pipe)} }) }
      catch ({ code, message, why, fix }) { console.log(JSON.stringify([code, message, why, fix])) }`
    const args = ['--input-type=module', '-e', code]
    const said = execFileSync(process.execPath, args, { timeout: 20_000, encoding: 'utf8' })
    const what = `cannot read the configuration file ${pipe}`
    assert.deepEqual(JSON.parse(said), ['invalid', what, 'it is not a regular file', 'correct LUNA_CONF'])
    assert.throws(() => loadConfig({ LUNA_CONF: at }), { code: 'invalid', why: 'it is not a regular file' })
    assert.ok('mongo' in loadConfig({ LUNA_CONF: '/dev/null' }).store)
    rmSync(at, { recursive: true })
  })

  it('takes all keys of the first Luna, in any case', () => {
    const keys = [
      'server=db',
      'replicaset=rs',
      'authdb=a',
      'user=u',
      'password=p@/%?',
      'SSL=Enabled',
      'CAcert=/ca',
    ]
    const taken = {
      server: 'db',
      replicaset: 'rs',
      authdb: 'a',
      user: 'u',
      password: 'p@/%?',
      tls: true,
      caFile: '/ca',
    }
    assert.deepEqual(mongo(keys.join('\n')), taken)
    assert.deepEqual(mongo(keys.join('\n').replaceAll(/^\w+/gm, (key) => key.toUpperCase())), taken)
  })

  for (const on of ['Enabled', 'enabled', 'yes', 'true', 'on', '1']) {
    it(`turns on TLS by SSL=${on}`, () => assert.equal(mongo(`SSL=${on}`).tls, true))
  }
  for (const off of ['', 'Disabled', 'no', 'false', 'off', '0']) {
    it(`leaves TLS off by SSL=${off}`, () => assert.equal(mongo(`SSL=${off}`).tls, false))
  }

  it('takes hosts with ports, IPv6 addresses in brackets, sockets, and blanks after commas', () => {
    assert.equal(
      mongo('server=db1:27018, db2 ,[::1]:27017,10.1.1.1').server,
      'db1:27018,db2,[::1]:27017,10.1.1.1',
    )
    assert.equal(mongo('server=/run/mongodb/mongodb-27017.sock').server, '/run/mongodb/mongodb-27017.sock')
  })

  const refused: readonly (readonly [what: string, text: string, says: RegExp, fix: RegExp])[] = [
    ['an unknown section', '[Embeded]\npath=/x', /unknown section "embeded"/, /\[Embedded\]/],
    ['an unknown key of MongoDB', '[MongoDB]\npasword=x', /unknown key "pasword"/, /password/],
    ['an unknown key of a path', '[Paths]\ndhcp_conf=/x', /unknown key "dhcp_conf"/, /dhcpd_conf/],
    ['an unknown key of the embedded store', '[Embedded]\nfile=/x', /unknown key "file"/, /path/],
    ['another value of SSL', '[MongoDB]\nSSL=maybe', /SSL says neither/, /SSL=Enabled/],
    ['CAcert without SSL', '[MongoDB]\nCAcert=/ca.pem', /CAcert without SSL/, /SSL=Enabled/],
    ['a line that is none', '[MongoDB]\nserver', /line 2/, /correct/],
    ['a key before any section', 'server=db1', /line 1/, /\[MongoDB\]/],
    ['a store in the current directory', '[Embedded]\npath=luna.db', /: path is no absolute/, /from \//],
    ['a path in quotes', '[Embedded]\npath="/var/luna.db"', /no absolute path/, /without quotes/],
    ['a comment behind a path', '[Embedded]\npath=/a # mine', /has a comment in it/, /line of its own/],
    ['a file in the current directory', '[Paths]\ndhcpd_conf=dhcpd.conf', /no absolute path/, /from \//],
    ['a unit that is an option', '[Services]\nnamed=--help', /no unit of systemd/, /named=named/],
    ['a comment behind a unit', '[Services]\ndhcpd=dhcpd # EL', /no unit of systemd/, /dhcpd=dhcpd/],
  ]
  for (const [what, text, says, fix] of refused) {
    it(`refuses ${what}, and says what to write`, () => {
      const error = refusal(text)
      assert.match(error.message, says)
      assert.match(error.fix ?? '', fix)
    })
  }

  const servers = [
    ['mongodb://luna:secret@db1/luna', /host:port/],
    ['mongodb+srv://db.example.com', /host:port/],
    ['luna:secret@db1', /user=/],
    ['db1/luna', /host:port/],
    ['db1?replicaSet=secret', /host:port/],
    ['db1 db2', /host:port/],
    ['db1,', /comma/],
    [',', /comma/],
    ['::1', /\[::1\]/],
    ['db1:port', /host:port/],
    ['db1:65536', /from 1 to 65535/],
    ['db1:0', /from 1 to 65535/],
  ] as const
  for (const [server, fix] of servers) {
    it(`refuses server=${server}, says what to write, and repeats no password`, () => {
      const error = refusal(`[MongoDB]\nserver=${server}`)
      assert.match(error.fix ?? '', fix)
      assert.doesNotMatch(`${error.message} ${error.why} ${error.fix}`, /secret/)
    })
  }

  it('refuses a key with two values, and takes the same one twice', () => {
    const twice = (second: string) => () =>
      parseConfig(`[Embedded]\npath=/a\n[Paths]\n[embedded]\nPath=${second}\n`, 'luna.conf', 'debian')
    assert.throws(twice('/b'), /luna\.conf, line 5: a second value of "path"/)
    for (const same of ['/a', '']) assert.deepEqual(twice(same)().store, { embedded: '/a' })
  })

  it('refuses a line that is no UTF-8, but for comments', () => {
    const at = mkdtempSync(join(tmpdir(), 'luna-config-'))
    const file = join(at, 'luna.conf')
    const load = (bytes: string) => {
      writeFileSync(file, bytes, 'latin1')
      return loadConfig({ LUNA_CONF: file })
    }
    assert.ok(load('# caf\xe9\n[Embedded]\npath=/luna.db\n'))
    assert.throws(() => load('[MongoDB]\nuser=luna\npassword=caf\xe9\n'), /line 3: not UTF-8$/)
    rmSync(at, { recursive: true })
  })

  it('never repeats a line, which may hold a password', () => {
    const lines = [
      'password secret',
      'password:secret=x\nSSL=secret',
      'my secret=x',
      'Secret12==',
      '[my secret]',
    ]
    for (const line of [...lines, 'CAcert=secret'])
      assert.doesNotMatch(JSON.stringify({ ...refusal(`[MongoDB]\n${line}`) }), /secret/i, line)
  })
})
