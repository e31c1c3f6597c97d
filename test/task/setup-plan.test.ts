import assert from 'node:assert/strict'
import { parseConfig } from '../../lib/config.ts'
import type { Found } from '../../lib/task/setup/found.ts'
import { planSetup } from '../../lib/task/setup/plan.ts'
import { lineOf, type Step } from '../../lib/task/setup/step.ts'
import { dropInText, withZones } from '../../lib/task/setup/texts.ts'
import { type Answers, readWish } from '../../lib/task/setup/wish.ts'
import { clusterOf, readyDebian, stockDebian } from './setup-found.ts'

function planned(found: Found, answers: Answers = {}): Step[] {
  return planSetup(found, readWish(found, answers), { nsHostname: 'head' })
}

function linesOf(found: Found, answers: Answers = {}): string[] {
  return planned(found, answers).map(lineOf)
}

function textOf(steps: readonly Step[], path: string): string {
  const edit = steps.find((step) => step.do === 'edit' && step.file.path === path)
  return edit?.do === 'edit' ? String(edit.file.content) : ''
}

const makes = ['luna cluster makenginx', 'luna cluster maketftp', 'luna cluster makedhcp']

describe('the plan of luna setup', () => {
  it('makes everything on a stock Debian, in an order in which each finds what it needs', () => {
    assert.deepEqual(linesOf(stockDebian(), { frontend: 'eth1' }), [
      'make the user luna, at home in /opt/luna',
      'make the directory /opt/luna, which belongs to luna',
      'make the directory /var/lib/luna, which belongs to luna',
      'write /etc/luna.conf',
      'make the cluster, with the frontend address 10.30.255.254',
      'add the network cluster, 10.30.0.0/16',
      'write /etc/systemd/system/lfs_pxelinux.service.d/luna-setup.conf',
      'start and enable the service lweb',
      'start and enable the service ltorrent',
      'start and enable the service lfs_pxelinux',
      'luna cluster makenginx',
      'luna cluster maketftp',
      'keep /etc/dhcp/dhcpd.conf as it is now at /etc/dhcp/dhcpd.conf.luna-before',
      'keep /etc/default/isc-dhcp-server as it is now at /etc/default/isc-dhcp-server.luna-before',
      'write /etc/default/isc-dhcp-server',
      'luna cluster makedhcp',
      'keep /etc/bind/named.conf.local as it is now at /etc/bind/named.conf.local.luna-before',
      'luna cluster makedns',
    ])
  })

  it('gives nginx the connections that it lacks, and keeps its file as it was', () => {
    const text = 'events {\n\tworker_connections 768;\n}\n'
    const conf = { path: '/etc/nginx/nginx.conf', text, rights: { uid: 0, gid: 0, mode: 0o100644 } }
    const web = { conf, texts: [text], nodes: 0, processors: 2 }
    const steps = planned(stockDebian({ web }), { frontend: 'eth1' })
    const lines = steps.map(lineOf)
    const at = lines.indexOf('luna cluster makenginx')
    assert.deepEqual(lines.slice(at - 2, at), [
      'keep /etc/nginx/nginx.conf as it is now at /etc/nginx/nginx.conf.luna-before',
      'write /etc/nginx/nginx.conf',
    ])
    assert.match(textOf(steps, '/etc/nginx/nginx.conf'), /worker_connections 65536;/)
  })

  it('has lweb listen on its socket, and zones where the named of this machine looks for them', () => {
    const init = planned(stockDebian(), { frontend: 'eth1' }).find((step) => step.do === 'init')
    assert.ok(init?.do === 'init')
    assert.equal(init.wish.server_port, 0)
    assert.equal(init.wish.database, '/var/lib/luna/luna.db')
    assert.equal(init.wish.named_include_file, '/etc/bind/named.luna.zones')
    assert.equal(init.wish.named_zone_dir, '/var/cache/bind')
  })

  it('writes into luna.conf what every other command and service has to know', () => {
    const text = textOf(planned(stockDebian(), { frontend: 'eth1' }), '/etc/luna.conf')
    assert.equal(text, '[Embedded]\npath=/var/lib/luna/luna.db\n\n[Paths]\ntftp_root=/srv/tftp\n')
    assert.equal(parseConfig(text, '/etc/luna.conf', 'debian').paths.tftp_root, '/srv/tftp')
  })

  it('gives the name server of a new network the address of the head', () => {
    const step = planned(stockDebian(), { frontend: 'eth1' }).find(({ do: what }) => what === 'network')
    assert.ok(step?.do === 'network')
    assert.deepEqual([step.wish.nsHostname, step.wish.nsIp], ['head', '10.30.255.254'])
  })

  it('only looks for changes where everything is done', () => {
    assert.deepEqual(linesOf(readyDebian()), [...makes, 'luna cluster makedns'])
  })

  it('leaves DNS alone where it is not wanted', () => {
    const lines = linesOf(stockDebian(), { frontend: 'eth1', dns: 'n' })
    assert.deepEqual(
      lines.filter((line) => /bind|makedns|named/.test(line)),
      [],
    )
  })

  it('keeps the port of a cluster that was made without it', () => {
    const cluster = clusterOf({ frontend_address: '10.30.255.254' })
    const steps = planned(readyDebian({ cluster }))
    assert.deepEqual(
      steps.filter(({ do: what }) => what === 'init' || what === 'change'),
      [],
    )
  })

  it('changes the frontend address of a cluster when another one is given, and nothing else', () => {
    const other = { interface: 'eth2', address: '10.30.0.1', prefix: 16 }
    const found = readyDebian({ addresses: [...readyDebian().addresses, other] })
    const [first, ...rest] = linesOf(found, { frontend: 'eth2' })
    assert.equal(first, 'change the cluster: frontend_address=10.30.0.1')
    assert.ok(rest.includes('write /etc/default/isc-dhcp-server'))
  })

  it("leaves a place of the operator's in luna.conf", () => {
    const conf = { ...readyDebian().conf, text: '[Embedded]\npath=/x/l.db\n[Paths]\ntftp_root=/tftpboot\n' }
    const config = parseConfig(conf.text, conf.path, 'debian')
    const steps = planned(readyDebian({ conf, config }))
    assert.equal(textOf(steps, '/etc/luna.conf'), '')
    const make = steps.find((step) => step.do === 'maketftp')
    assert.ok(make?.do === 'maketftp')
    assert.equal(make.tftpRoot, '/tftpboot')
  })

  it('makes luna.conf readable for the user of the cluster where it is for root alone', () => {
    const conf = { ...readyDebian().conf, rights: { uid: 0, gid: 0, mode: 0o100640 } }
    const [step] = planned(readyDebian({ conf }))
    assert.ok(step?.do === 'edit')
    assert.deepEqual([step.file.content, step.file.mode, step.groupOf], [conf.text, 0o640, 'luna'])
  })

  it('gives the user a directory that root has made, and a database only with what belongs to it', () => {
    const owners = new Map([
      ['/opt/luna', 0],
      ['/var/lib/luna', 0],
    ])
    assert.deepEqual(linesOf(readyDebian({ owners })).slice(0, 2), [
      'make the directory /opt/luna, which belongs to luna',
      'give /var/lib/luna/luna.db and its directory to luna',
    ])
  })

  it('enables what runs and is not enabled, and starts what is enabled and does not run', () => {
    const units = new Map(readyDebian().units)
    units.set('lweb', { installed: true, enabled: true, active: false })
    units.set('nginx', { installed: true, enabled: false, active: true })
    const lines = linesOf(readyDebian({ units }))
    assert.deepEqual(
      lines.filter((line) => /service/.test(line)),
      ['start and enable the service lweb', 'enable the service nginx'],
    )
  })

  it('begins nothing where servers are missing, and names their packages', () => {
    const units = new Map(stockDebian().units)
    for (const unit of ['isc-dhcp-server', 'named'])
      units.set(unit, { installed: false, enabled: false, active: false })
    const found = stockDebian({ units, named: undefined })
    const plan = () => planned(found, { frontend: 'eth1', dns: 'y' })
    assert.throws(plan, { code: 'failed', fix: /dhcp-server \(EL\); bind9 and bind9-utils/ })
  })

  it('says that a named is broken, and not that it is missing', () => {
    const plan = () => planned(stockDebian({ named: undefined }), { frontend: 'eth1', dns: 'y' })
    assert.throws(plan, { code: 'failed', fix: /named-checkconf -p/ })
  })
})

describe("named's configuration with Luna's zones", () => {
  const list = '/etc/named.luna.zones'

  it('includes them once', () => {
    const once = withZones({ text: 'options {};', configuration: '' }, list)
    assert.match(once, /^options \{\};\n\n\/\/.*\ninclude "\/etc\/named\.luna\.zones";\n$/)
    assert.equal(withZones({ text: once, configuration: '' }, list), once)
    assert.equal(withZones({ text: 'x', configuration: 'file "cluster.luna.zone";' }, list), 'x')
  })

  it('is opened where EL has it for the machine itself alone, and nowhere else', () => {
    const stock = '\tlisten-on port 53 { 127.0.0.1; };\n\tallow-query     { localhost; };\n'
    const open = withZones({ text: stock, configuration: '' }, list)
    assert.match(open, /^\tlisten-on port 53 \{ any; \};\n\tallow-query {5}\{ localhost; localnets; \};\n/)
    const own = '\tlisten-on port 53 { 10.0.0.1; };\n\tallow-query { trusted; };\n'
    assert.ok(withZones({ text: own, configuration: '' }, list).startsWith(own))
  })
})

describe('drop-ins of units', () => {
  const usual = { user: 'luna', path: '/opt/luna', database: '/var/lib/luna', tftpRoot: '/tftpboot' }

  it('are none where all is where the units have it, or where there is no embedded store', () => {
    for (const unit of ['lweb', 'ltorrent', 'lfs_pxelinux']) {
      assert.equal(dropInText(unit, usual), undefined)
      assert.equal(dropInText(unit, { ...usual, database: undefined }), undefined)
    }
  })

  it('say what is elsewhere to the unit that has to know', () => {
    const places = { user: 'cm', path: '/data/luna', database: '/data/db', tftpRoot: '/srv/t f%' }
    const head = '# Written by luna setup.\n[Service]\nUser=cm\nGroup=\n'
    assert.equal(dropInText('lweb', places), `${head}ReadWritePaths=-/data/db\n`)
    const writes = 'ReadWritePaths=-/data/db\nReadWritePaths=-/data/luna/torrents\n'
    assert.equal(dropInText('ltorrent', places), head + writes)
    const menus = '"/srv/t f%%/pxelinux.cfg"'
    assert.equal(
      dropInText('lfs_pxelinux', places),
      `${head}ExecStartPre=\nExecStartPre=+/usr/bin/install -d -o cm ${menus}\nReadWritePaths=-/data/db\nReadWritePaths=-${menus}\n`,
    )
  })
})
