// Output that cannot be written is a failure, whatever program it was and however the output is lost.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useSite } from './luna.ts'

const bin = join(import.meta.dirname, '../../bin')

describe('standard output', () => {
  const site = useSite()
  /** Runs a line of sh(1) with the programs of bin/ in front. */
  const shell = (line: string) => {
    const env = {
      ...process.env,
      ...{ LUNA_CONF: join(site.dir, 'luna.conf'), LUNA_LOGDIR: join(site.dir, 'log'), DIR: site.dir },
      PATH: `${bin}:${process.env.PATH}`,
    }
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { env, encoding: 'utf8' })
    return { status, stdout, stderr }
  }
  const full = /^ERROR:luna:the output could not be written: No space left on device \(.+\)\n$/
  const closed = /^ERROR:luna:the output could not be written: Bad file descriptor \(.+\)\n$/

  before(() => {
    mkdirSync(join(site.dir, 'c'))
    const init = ['cluster', 'init', '--frontend_address', '127.0.0.1', '--user', 'root']
    assert.equal(site.luna([...init, '--path', join(site.dir, 'c')]).status, 0)
    assert.equal(site.luna(['network', 'add', '-n', 'net', '-N', '10.30.0.0', '-P', '16']).status, 0)
    assert.equal(site.luna(['switch', 'add', '-n', 'sw1', '-N', 'net', '-i', '10.30.1.1']).status, 0)
    assert.equal(site.luna(['network', 'change', 'net', '-C'], `${'x'.repeat(100_000)}\n`).status, 0)
  })

  for (const line of [
    ...[
      'luna db export',
      'luna network show net --raw',
      'luna network list --json',
      'luna network show net -C',
    ],
    ...['luna cluster show', 'luna cluster check --json', 'luna cluster listmacs --json', 'luna -h'],
    ...['luna network -h', 'luna network add -h', 'lpower -h', 'lchroot -h', 'lweb -h', 'lweb stop'],
    ...['ltorrent --help', 'lfs_pxelinux -h'],
  ]) {
    it(`of ${line} on a full device is status 1 and says so`, () => {
      const { status, stderr } = shell(`${line} > /dev/full`)
      assert.match(stderr, full)
      assert.equal(status, 1)
    })
  }

  for (const line of ['luna db export', 'luna -h', 'lpower -h', 'lchroot -h', 'lweb -h']) {
    it(`of ${line} that is closed is status 1 and says so`, () => {
      const { status, stderr } = shell(`${line} >&-`)
      assert.match(stderr, closed)
      assert.equal(status, 1)
    })
  }

  it('of a dump into what can have no directory is status 1 at once', () => {
    for (const [place, why] of [
      ['/proc/x/y', /ENOENT/],
      ['/dev/full', /is no directory/],
    ] as const) {
      const { status, stderr } = shell(`timeout 20 luna db export --mongodump ${place}`)
      assert.match(stderr, why)
      assert.equal(status, 1)
    }
  })

  it('that has room for a part only is status 1', function () {
    const { status, stdout, stderr } = shell(
      "unshare -m sh -c 'mkdir -p $DIR/t && mount -t tmpfs -o size=64k tmpfs $DIR/t && luna db export > $DIR/t/x; echo $?'",
    )
    if (status !== 0 || stdout === '') this.skip()
    assert.match(stderr, full)
    assert.equal(stdout, '1\n')
  })

  it('is written whole into a file and into a slow pipe', () => {
    const whole = shell('luna db export').stdout
    assert.ok(whole.length > 100_000)
    shell('luna db export > $DIR/whole')
    assert.equal(readFileSync(join(site.dir, 'whole'), 'utf8'), whole)
    assert.equal(shell('luna db export | { sleep 1; cat; }').stdout, whole)
  })

  it('is written whole into a pipe that does not block', () => {
    writeFileSync(
      join(site.dir, 'slow.py'),
      'import os,sys,time\nr,w=os.pipe()\nos.set_blocking(w,False)\nif os.fork()==0:\n os.dup2(w,1);os.close(r);os.close(w)\n' +
        ' os.execlp("luna","luna","db","export")\nos.close(w)\ntime.sleep(1.5)\n' +
        'while b:=os.read(r,4096): sys.stdout.buffer.write(b)\n',
    )
    assert.equal(shell('python3 $DIR/slow.py').stdout, shell('luna db export').stdout)
  })

  it('whose reader has gone is no error', () => {
    const { stdout, stderr } = shell('{ luna db export; echo $? > $DIR/status; } | head -c 1')
    assert.deepEqual({ stdout, stderr }, { stdout: '{', stderr: '' })
    assert.equal(readFileSync(join(site.dir, 'status'), 'utf8'), '0\n')
  })

  it('is not missed where there is nothing to print', () => {
    const { status, stderr } = shell('luna cluster change --nodedigits 4 >&-')
    assert.deepEqual([status, stderr], [0, 'INFO:luna:changed the cluster (nodedigits)\n'])
  })

  it('does not turn another failure into its own', () => {
    assert.equal(shell('luna network show nope > /dev/full').status, 255)
    assert.equal(shell('luna network show net,nope > /dev/full').status, 255)
  })

  it("of a completion is nobody else's business", () => {
    assert.deepEqual(shell("luna __complete luna '' > /dev/full"), { status: 0, stdout: '', stderr: '' })
  })

  it('may be lost together with standard error', () => {
    assert.equal(shell('luna db export > /dev/full 2> /dev/full').status, 1)
    assert.equal(shell('lchroot 2> /dev/full').status, 2)
  })
})
