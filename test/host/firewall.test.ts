import assert from 'node:assert/strict'
import { findFirewall, openOfUfw, readPorts } from '../../lib/host/service/firewall-ports.ts'
import { useFakeBin } from '../fake-bin.ts'

describe('readPorts', () => {
  it('reads single ports, ranges and lists, of one protocol or both', () => {
    const port = (first: number, last: number, protocol: 'tcp' | 'udp') => ({ first, last, protocol })
    assert.deepEqual(readPorts('69/udp'), [port(69, 69, 'udp')])
    assert.deepEqual(readPorts('7052-7200/tcp'), [port(7052, 7200, 'tcp')])
    assert.deepEqual(readPorts('80,7052:7200/tcp'), [port(80, 80, 'tcp'), port(7052, 7200, 'tcp')])
    assert.deepEqual(readPorts('53'), [port(53, 53, 'tcp'), port(53, 53, 'udp')])
    assert.deepEqual([readPorts('Luna'), readPorts('esp/esp'), readPorts('')], [[], [], []])
  })
})

const ufw = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
7050/tcp (Luna)            ALLOW IN    Anywhere
69/udp on eth0             ALLOW IN    10.30.0.0/16
22/tcp                     LIMIT IN    Anywhere
53 on eth1                 ALLOW IN    Anywhere
8080/tcp                   DENY IN     Anywhere
7050/tcp (v6)              ALLOW IN    Anywhere (v6)
`

describe('openOfUfw', () => {
  it('takes what is let in by the interface', () => {
    const open = openOfUfw(ufw, 'eth0')
    const shown = open === 'all' ? open : open.map(({ first, protocol }) => `${first}/${protocol}`)
    assert.deepEqual(shown, ['7050/tcp', '69/udp', '22/tcp', '7050/tcp'])
  })

  it('knows an interface without limits', () => {
    assert.equal(openOfUfw('Anywhere on eth0           ALLOW IN    Anywhere\n', 'eth0'), 'all')
    assert.deepEqual(openOfUfw('Anywhere on eth0           ALLOW IN    Anywhere\n', 'eth1'), [])
  })
})

describe('findFirewall', () => {
  const fake = useFakeBin()
  const firewalld = (zone: string, list: string) =>
    fake.program(
      'firewall-cmd',
      `case $* in
--state) echo running ;;
--get-zone-of-interface=eth0) ${zone} ;;
--get-default-zone) echo public ;;
--zone=*) printf '${list}' ;;
--info-service=tftp) printf 'tftp\\n  ports: 69/udp\\n  protocols: \\n' ;;
esac`,
    )

  beforeEach(() => {
    fake.program('firewall-cmd', 'echo not running; exit 252')
    fake.program('ufw', 'echo Status: inactive')
  })

  it('finds none where neither runs', async () => {
    assert.equal(await findFirewall('eth0'), undefined)
  })

  it("takes the ports of the zone of the interface, and those of the zone's services", async () => {
    firewalld('echo internal', 'internal\\n  target: default\\n  services: tftp\\n  ports: 7050/tcp\\n')
    assert.deepEqual(await findFirewall('eth0'), {
      name: 'firewalld',
      zone: 'internal',
      open: [
        { first: 7050, last: 7050, protocol: 'tcp' },
        { first: 69, last: 69, protocol: 'udp' },
      ],
    })
  })

  it('takes the default zone for an interface without one; a zone that accepts all has no limits', async () => {
    firewalld('echo no zone >&2; exit 2', 'public\\n  target: ACCEPT\\n  services: \\n  ports: \\n')
    assert.deepEqual(await findFirewall('eth0'), { name: 'firewalld', zone: 'public', open: 'all' })
  })

  it('asks ufw', async () => {
    fake.program('ufw', `cat <<'END'\n${ufw}END`)
    const found = await findFirewall('eth0')
    assert.equal(found?.name, 'ufw')
  })
})
