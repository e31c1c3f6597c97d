// Options of bonds in every format, as the readers take them.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Way } from './network/cases.ts'
import { profiles } from './network/read-keyfile.ts'
import { networkdSays } from './network/read-networkd.ts'
import { useSceneFiles } from './network/scene-files.ts'

describe('network files of bonds', () => {
  const scene = useSceneFiles()
  for (const way of ['keyfile', 'netplan', 'networkd', 'ifupdown'] as const) {
    it(`${way}: options of bonds that their mode has not are left out, and told`, function () {
      scene.readBack(this, way, {
        ...Object.fromEntries(bondOptions.map(([options], n) => [`b${n}`, `BONDING_OPTS="${options}"\n`])),
        ...Object.fromEntries(bondOptions.map((_, n) => [`m${n}`, `MASTER=b${n}\n`])),
      })
      for (const [n, [options, lost]] of bondOptions.entries()) {
        const lines = scene.output.split('\n').filter((line) => line.startsWith(`luna: interface b${n}: `))
        const names = lines.map((line) => /BONDING_OPTS (\w+)/.exec(line)?.[1] ?? line)
        const strange = names.filter((name) => !sayable[way].test(name))
        assert.deepEqual(strange.toSorted(), lost.toSorted(), options)
      }
    })
  }

  for (const way of ['keyfile', 'networkd'] as const) {
    it(`${way}: values that the kernel refuses are left out, and told`, function () {
      const targets = Array.from({ length: 17 }, (_, n) => `10.0.0.${n + 1}`).join(',')
      scene.readBack(this, way, {
        b0: 'BONDING_OPTS="mode=4 miimon=100 lp_interval=0 ad_actor_sys_prio=0 ad_actor_system=01:00:5e:00:00:01"\n',
        b1: `BONDING_OPTS="mode=1 arp_interval=100 arp_ip_target=${targets}"\n`,
        ...{ m0: 'MASTER=b0\n', m1: 'MASTER=b1\n' },
      })
      const of = (bond: string) =>
        [...scene.output.matchAll(new RegExp(`interface ${bond}: .*BONDING_OPTS (\\w+)`, 'g'))].map(
          ([, name]) => name,
        )
      assert.deepEqual(of('b0').toSorted(), ['ad_actor_sys_prio', 'ad_actor_system', 'lp_interval'])
      assert.deepEqual(of('b1').toSorted(), ['arp_interval', 'arp_ip_target'])
    })
  }

  for (const way of ['keyfile', 'netplan', 'networkd'] as const) {
    it(`${way}: each value of an option is one that the reader has, or told`, function () {
      const bonds = bondValues.flatMap(([with_, name, values]) =>
        values.map((value) => `${with_} ${name}=${value}`),
      )
      scene.readBack(this, way, {
        ...Object.fromEntries(bonds.map((options, n) => [`b${n}`, `BONDING_OPTS="${options}"\n`])),
        ...Object.fromEntries(bonds.map((_, n) => [`m${n}`, `MASTER=b${n}\n`])),
      })
      if (way === 'netplan') assert.deepEqual(networkdSays(join(scene.folder, 'root')), [])
      const lost = bonds.filter((_, n) => scene.output.includes(`luna: interface b${n}: `))
      assert.deepEqual(
        lost,
        bonds.filter((one) => valuesWithoutForm[way].test(one)),
      )
    })
  }

  it('NetworkManager takes a delay that is no multiple of miimon as the kernel would', function () {
    const options = 'mode=1 miimon=100 peer_notif_delay=250'
    scene.readBack(this, 'keyfile', { bond0: `BONDING_OPTS="${options}"\n`, eth1: 'MASTER=bond0\n' })
    assert.equal(profiles(join(scene.folder, 'root')).get('bond0')?.bond?.peer_notif_delay, '200')
    assert.doesNotMatch(scene.output, /peer_notif_delay/)
  })

  it('NetworkManager and networkd have the options of a bond', function () {
    const options =
      'mode=1 arp_interval=100 arp_ip_target=+10.0.0.1 arp_ip_target=+10.0.0.2 arp_validate=3 primary=eth1'
    const files = { bond0: `BONDING_OPTS="${options}"\n`, eth1: 'MASTER=bond0\n' }
    scene.readBack(this, 'keyfile', files)
    assert.deepEqual(profiles(join(scene.folder, 'root')).get('bond0')?.bond, {
      ...{ mode: 'active-backup', primary: 'eth1', arp_interval: '100', arp_validate: '3' },
      arp_ip_target: '10.0.0.1,10.0.0.2',
    })
    rmSync(scene.folder, { recursive: true })
    scene.readBack(this, 'networkd', files)
    const text = (file: string): string =>
      readFileSync(join(scene.folder, 'root/etc/systemd/network', file), 'utf8')
    assert.match(
      text('10-luna-bond0.netdev'),
      /ARPIntervalSec=100ms\nARPIPTargets=10.0.0.1 10.0.0.2\nARPValidate=all\n$/,
    )
    assert.match(text('10-luna-eth1.network'), /^PrimarySlave=yes$/m)
  })
})

/** Options beside which it has an effect, an option, and its values by bonding.txt of the kernel. */
const bondValues: readonly (readonly [string, string, readonly string[]])[] = [
  ['miimon=100', 'mode', '0 1 2 3 4 5 6 balance-rr balance-alb'.split(' ')],
  ['mode=4 miimon=100', 'lacp_rate', ['0', '1', 'slow', 'fast']],
  ['mode=4 miimon=100', 'ad_select', ['stable', 'bandwidth', 'count']],
  ['mode=4 miimon=100', 'ad_actor_sys_prio', ['1', '65535']],
  [
    'mode=2 miimon=100',
    'xmit_hash_policy',
    'layer2 layer3+4 layer2+3 encap2+3 encap3+4 vlan+srcmac 5'.split(' '),
  ],
  ['mode=1 miimon=100', 'fail_over_mac', ['none', 'active', 'follow']],
  ['mode=1 miimon=100', 'primary_reselect', ['always', 'better', 'failure']],
  [
    'mode=1 arp_interval=100 arp_ip_target=10.0.0.1',
    'arp_validate',
    'none active backup all filter filter_active filter_backup'.split(' '),
  ],
  ['mode=1 arp_interval=100 arp_ip_target=10.0.0.1 arp_validate=all', 'arp_all_targets', ['any', 'all']],
  ['mode=1 miimon=100', 'num_grat_arp', ['0', '255']],
  ['mode=1 miimon=100', 'resend_igmp', ['0', '255']],
  ['mode=1 miimon=100', 'all_slaves_active', ['0', '1']],
  ['mode=1 miimon=100', 'updelay', ['0', '250', '30000']],
  ['mode=0 miimon=100', 'packets_per_slave', ['0', '1', '65535']],
  ['mode=5 miimon=100', 'lp_interval', ['1', '999999999']],
  ['mode=4 miimon=100', 'min_links', ['0', '8']],
]

const valuesWithoutForm = {
  keyfile: /^$/,
  netplan: /policy=(vlan.srcmac|5)$|arp_validate=filter|ad_actor_sys_prio/,
  networkd: /policy=(vlan.srcmac|5)$|arp_validate=filter/,
}

/** Options, and those of them that mean nothing there. */
const bondOptions: readonly (readonly [string, readonly string[]])[] = [
  ['mode=4 miimon=100 lacp_rate=1 xmit_hash_policy=layer3+4 ad_select=2 min_links=1', []],
  [
    'mode=802.3ad miimon=100 lacp_rate=fast xmit_hash_policy=encap2+3 ad_actor_sys_prio=5 ad_user_port_key=7',
    [],
  ],
  [
    'mode=802.3ad primary=m2 arp_interval=100 arp_ip_target=10.0.0.1',
    ['arp_interval', 'arp_ip_target', 'primary'],
  ],
  ['mode=active-backup primary=m9', ['primary']],
  [
    'mode=active-backup primary=m4 miimon=100 updelay=200 downdelay=300 fail_over_mac=1 primary_reselect=2',
    [],
  ],
  ['mode=active-backup miimon=100 arp_interval=10 arp_ip_target=10.0.0.1', ['arp_interval', 'arp_ip_target']],
  ['mode=1 arp_interval=10', ['arp_interval']],
  ['mode=1 arp_ip_target=10.0.0.1', ['arp_ip_target']],
  ['mode=1 updelay=100 lacp_rate=slow', ['lacp_rate', 'updelay']],
  ['mode=1 miimon=100 num_grat_arp=3 num_unsol_na=2 resend_igmp=4 use_carrier=1', ['num_unsol_na']],
  ['mode=balance-rr packets_per_slave=3 all_slaves_active=1 miimon=100 peer_notif_delay=100', []],
  ['mode=balance-xor packets_per_slave=3', ['packets_per_slave']],
  ['mode=5 tlb_dynamic_lb=0 lp_interval=3 miimon=50', []],
  ['mode=9 miimon=abc foo=1 bar', ['mode', 'miimon', 'foo', 'bar']],
  ['foo=1', ['foo']],
]

/** Options that a format has no word for. */
const sayable: Readonly<Record<Way, RegExp>> = {
  keyfile: /^$/,
  netplan: /^(use_carrier|tlb_dynamic_lb|peer_notif_delay|ad_actor_sys_prio|ad_user_port_key|active_slave)$/,
  networkd: /^(use_carrier|peer_notif_delay|active_slave)$/,
  ifupdown:
    /^(all_slaves_active|min_links|resend_igmp|lp_interval|peer_notif_delay|ad_actor_sys_prio|ad_user_port_key)$/,
}
