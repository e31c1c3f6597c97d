import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type InstallView, renderInstallScript } from '../../lib/render/install.ts'
import { bmc, full, plant, runFunctions, temporaryFolder, view } from './install-script.ts'

describe('renderInstallScript', () => {
  it('tells every step to the server, in order, setupbmc only where there is a BMC to set up', () => {
    const steps = (text: string): string[] =>
      [...text.matchAll(/^ {2}(?:in_step|post) (install\.\w+)/gm)].map((m) => m[1] ?? '')
    const all = 'prescript setupbmc partscript download unpack setnet postscript success'
      .split(' ')
      .map((s) => `install.${s}`)
    assert.deepEqual(steps(renderInstallScript({ ...view, bmc })), all)
    assert.deepEqual(
      steps(renderInstallScript(view)),
      all.filter((s) => s !== 'install.setupbmc'),
    )
    assert.doesNotMatch(renderInstallScript(view), /install\.setupbmc/)
  })

  it('goes on when the torrent client has ended between two looks at it', () => {
    const folder = temporaryFolder()
    const once = 'client_runs() { [ -z "$looked" ] && looked=yes; }'
    const commands = `${once}\nin_step install.unpack stop_client\necho on`
    const ran = runFunctions(renderInstallScript(view), commands, {
      PATH: process.env.PATH,
      LUNA_DIR: folder,
    })
    rmSync(folder, { recursive: true })
    assert.equal(ran.status, 0, ran.output)
    assert.match(ran.output, /^on$/m)
  })

  it('has the texts of the operator line by line, whatever is in them', () => {
    const text = 'echo "pre & <script>"\nLUNA_PRESCRIPT\ncat <<EOF\n$x `y` {{name}}\nEOF'
    const script = renderInstallScript({ ...view, prescript: text })
    assert.ok(script.includes(`\n${text}\nLUNA_PRESCRIPT_\n`))
  })

  it('is good bash, and clean for shellcheck, with all that can be in it', function () {
    const scripts = [view, full].map((given) => renderInstallScript(given))
    for (const script of scripts) {
      assert.equal(spawnSync('bash', ['-n'], { input: script }).status, 0)
    }
    if (spawnSync('shellcheck', ['--version']).error) this.skip()
    for (const script of scripts) {
      const { stdout } = spawnSync('shellcheck', ['-s', 'bash', '-e', 'SC2317,SC2016', '-'], {
        input: script,
        encoding: 'utf8',
      })
      assert.equal(stdout, '')
    }
  })

  it('runs nothing that is hidden in a value', () => {
    const folder = temporaryFolder()
    const evil = `a'; touch ${folder}/evil; '$(touch ${folder}/evil)\`touch ${folder}/evil\``
    // a password has no room for a path
    const short = "a';>$E;'$(>$E)`>$E`"
    const script = renderInstallScript({
      ...view,
      torrentBind: evil,
      bmc: { ...bmc, user: evil, password: short },
      interfaces: [
        {
          name: 'eth1',
          v4: { address: evil, prefix: 16 },
          v6: null,
          params: `MTU=${evil}\nX=$(id)`,
        },
      ],
    })
    plant(folder, {
      'root/etc/sysconfig/network-scripts/ifup': '',
      'bin/ipmitool': '#!/bin/sh\ncat >/dev/null\n',
    })
    const env = {
      E: join(folder, 'evil'),
      LUNA_DIR: join(folder, 'luna'),
      LUNA_ROOT: join(folder, 'root'),
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    }
    const ran = runFunctions(
      script,
      'load_ipmi() { :; }; verify_bmc() { :; }; setup_bmc; stage_interfaces; write_network "$luna/network"',
      env,
    )
    assert.equal(ran.status, 0, ran.output)
    assert.equal(existsSync(join(folder, 'evil')), false)
    assert.ok(existsSync(join(folder, 'root/etc/sysconfig/network-scripts/ifcfg-eth1')))
    rmSync(folder, { recursive: true })
  })

  it('refuses names that a script cannot have', () => {
    const bad: Partial<InstallView>[] = [
      { node: 'a b' },
      { hostname: 'x\ny' },
      { tarball: '../x' },
      { interfaces: [{ name: 'e/1', v4: null, v6: null, params: '' }] },
      {
        interfaces: [{ name: 'eth1', v4: { address: '1\n2', prefix: 8 }, v6: null, params: '' }],
      },
      { postscript: 'a\0b' },
    ]
    for (const difference of bad) {
      assert.throws(() => renderInstallScript({ ...view, ...difference }), { code: 'invalid' })
    }
  })

  it('takes a template of the site', () => {
    assert.equal(
      renderInstallScript(view, 'for {{hostname}} in {{domain}}\n'),
      'for node001.cluster in cluster\n',
    )
  })
})
