import assert from 'node:assert/strict'
import { run } from '../../lib/host/run.ts'
import { commandLine, shellWord } from '../../lib/host/run-error.ts'

describe('run', () => {
  it('gives status and both outputs', async () => {
    const ran = await run('sh', ['-c', 'cat; echo oh >&2'], { input: 'hello\n' })
    assert.deepEqual(ran, { status: 0, stdout: 'hello\n', stderr: 'oh\n' })
  })

  it('hands arguments over as they are', async () => {
    const args = ['a b', '$HOME', '`id`', '; exit 3', '"']
    assert.equal((await run('printf', ['%s\\n', ...args])).stdout, `${args.join('\n')}\n`)
  })

  it('tells the command and the last words of a program that fails', async () => {
    await assert.rejects(run('sh', ['-c', 'echo no luck >&2; exit 3']), (error) => {
      assert.match(String((error as { why?: string }).why), /exit status 3.*no luck/s)
      return /sh -c 'echo no luck/.test((error as Error).message)
    })
  })

  it('gives the status when failure is allowed', async () => {
    assert.equal((await run('sh', ['-c', 'exit 5'], { allowFailure: true })).status, 5)
  })

  it('says what to install when there is no such program', async () => {
    await assert.rejects(run('no-such-program-here', []), {
      code: 'failed',
      message: 'the program "no-such-program-here" is not installed',
      fix: 'install what provides no-such-program-here',
    })
  })

  it('does not take a missing directory for a missing program silently', async () => {
    await assert.rejects(run('true', [], { cwd: '/no/such/directory' }), { code: 'failed' })
  })

  it('sees every line, the last one without an end too', async () => {
    const lines: string[] = []
    await run('printf', ['one\\ntwo\\rthree'], { onLine: (line) => lines.push(line) })
    assert.deepEqual(lines, ['one', 'two', 'three'])
  })

  it('kills the whole group when it is aborted', async () => {
    const abort = new AbortController()
    const work = run('sh', ['-c', 'sleep 300 & echo $!; wait'], {
      signal: abort.signal,
      onLine: (line) => {
        child = Number(line)
        abort.abort()
      },
    })
    let child = 0
    await assert.rejects(work, { why: 'it was interrupted' })
    assert.ok(child > 0)
    assert.equal(await isRunning(child), false)
  })

  it('ends a program that takes too long', async () => {
    await assert.rejects(run('sleep', ['300'], { timeout: 20 }), { why: 'it took too long' })
  })

  it('does not wait for what has left the group and keeps the output open', async () => {
    const line = 'setsid sh -c "echo \\$\\$; exec sleep 300" & wait'
    let left = 0
    const onLine = (text: string) => {
      left = Number(text)
    }
    await assert.rejects(run('sh', ['-c', line], { timeout: 200, onLine }), { why: 'it took too long' })
    assert.equal(await isRunning(left), true)
    process.kill(left)
  }).timeout(90_000)

  it('runs nothing when it is aborted beforehand', async () => {
    await assert.rejects(run('true', [], { signal: AbortSignal.abort() }), { why: 'it was interrupted' })
  })

  it('shows programs what is listed of the environment, and nothing else', async () => {
    const before = { ...process.env }
    const leaking = {
      ...{ TAR_OPTIONS: '--exclude=*', GZIP: '-1', PIGZ: '-1', ZSTD_CLEVEL: '1', XZ_OPT: '-0' },
      ...{ RSYNC_RSH: 'evil', RSYNC_PARTIAL_DIR: 'x', BASH_ENV: '/etc/x', ENV: '/etc/x', LD_PRELOAD: '' },
      ...{
        LD_LIBRARY_PATH: '/x',
        LC_MESSAGES: 'de_DE',
        LANGUAGE: 'de',
        IFS: ' ',
        CDPATH: '/x',
        TZ: 'x',
        GREP_OPTIONS: '-v',
      },
    }
    try {
      Object.assign(process.env, leaking, { HOME: '/root', SSH_AUTH_SOCK: '/run/agent' })
      const lines = (await run('env', [])).stdout.trim().split('\n').sort()
      assert.deepEqual(
        lines.filter((line) => !/^(PATH|KRB5CCNAME|NOTIFY_SOCKET)=/.test(line)),
        ['HOME=/root', 'LC_ALL=C', 'SSH_AUTH_SOCK=/run/agent'],
      )
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      Object.assign(process.env, before)
    }
  })

  it('adds to the environment', async () => {
    assert.equal((await run('sh', ['-c', 'echo "$SECRET"'], { env: { SECRET: 'x y' } })).stdout, 'x y\n')
  })
})

describe('shellWord', () => {
  it('keeps any text one word for a real shell', async () => {
    for (const text of ['plain', 'a b', "it's", '$(id)', 'a\nb', '', '*']) {
      assert.equal((await run('sh', ['-c', `printf %s ${shellWord(text)}`])).stdout, text)
    }
    assert.equal(commandLine('ls', ['-l', 'a b']), "ls -l 'a b'")
  })
})

async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)], { allowFailure: true })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}
