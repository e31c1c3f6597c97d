// Management controllers for tests: ipmi_sim (OpenIPMI), one per loopback address, on the
// port that IPMI has. Needs root.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stop } from './namespace.ts'

export const simUser = { user: 'ladmin', password: "l'$(admin)1" }

export interface Bmcs {
  /** What was asked of a controller, a line each: `get power`, `set power 1`, `set identify 255 0`. */
  asked(address: string): string[]
  /**
   * The file that holds 1 while the controller's machine is on, and 0 while it is off; whoever plays the
   * machine may write it.
   */
  powerFile(address: string): string
  stop(): Promise<void>
}

/**
 * Starts a controller at each address and waits until all of them listen. With `console` they have that TCP
 * port, too, for a machine of QEMU's whose own controller it shall be: `-chardev
 * socket,host=ADDRESS,port=PORT,id=c,reconnect=5 -device ipmi-bmc-extern,chardev=c,id=b -device
 * isa-ipmi-kcs,bmc=b`.
 */
export async function startBmcs(
  addresses: readonly string[],
  { console }: { console?: number } = {},
): Promise<Bmcs> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-bmc-'))
  writeFileSync(join(dir, 'emu'), emulation)
  writeFileSync(join(dir, 'chassis.sh'), chassis, { mode: 0o755 })
  writeFileSync(join(dir, 'lan.sh'), lan, { mode: 0o755 })
  const children = addresses.map((address) => startOne(dir, address, console))
  const end = async () => {
    await Promise.all(children.map(stop))
    rmSync(dir, { recursive: true })
  }
  while (!addresses.every(listening)) {
    const dead = children.find(({ exitCode }) => exitCode !== null)
    if (dead) {
      await end()
      throw new Error(`ipmi_sim ended with ${dead.exitCode}`)
    }
    await delay(20)
  }
  return {
    asked: (address) =>
      readFileSync(join(dir, address, 'asked'), 'utf8')
        .split('\n')
        .slice(0, -1),
    powerFile: (address) => join(dir, address, 'power'),
    stop: end,
  }
}

function startOne(dir: string, address: string, console?: number): ChildProcess {
  const own = join(dir, address)
  mkdirSync(own)
  writeFileSync(join(own, 'asked'), '')
  writeFileSync(join(own, 'lan.conf'), configuration(dir, own, address, console))
  const args = ['-n', '-c', join(own, 'lan.conf'), '-f', join(dir, 'emu'), '-s', own]
  return spawn('ipmi_sim', args, { stdio: 'ignore' })
}

const emulation = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
sel_enable 0x20 1000 0x0a
mc_enable 0x20
`

// Called with its directory, the controller's address on the bus, and what is asked (ipmi_lan(5),
// chassis_control).
const chassis = `#!/bin/sh
dir=$1
shift 2
echo "$*" >> "$dir/asked"
case "$1 $2" in
  'get power') echo "power:$(cat "$dir/power" 2>/dev/null || echo 0)" ;;
  'get boot') echo boot:none ;;
  'set power') echo "$3" > "$dir/power" ;;
esac
`

// The settings of the network, kept and given back (ipmi_lan(5), lan_config_program).
const lan = `#!/bin/sh
dir=$1
shift 2
what=$1
shift
[ "$what" != set ] || echo "$2" > "$dir/lan.$1"
[ "$what" = get ] || exit 0
for name; do
  value=0.0.0.0
  case "$name" in
    *mac*) value=52:54:00:00:ff:01 ;;
    *src) value=static ;;
  esac
  [ ! -f "$dir/lan.$name" ] || read -r value < "$dir/lan.$name"
  echo "$name:$value"
done
`

function configuration(dir: string, own: string, address: string, console?: number): string {
  const levels = ['callback', 'user', 'operator', 'admin'].map(
    (level) => `    allowed_auths_${level} none md2 md5 straight`,
  )
  return [
    'name "node"',
    'set_working_mc 0x20',
    '  startlan 1',
    `    addr ${address} 623`,
    '    priv_limit admin',
    ...levels,
    '    guid a123456789abcdefa123456789abcdef',
    `    lan_config_program "${dir}/lan.sh ${own} 0x20"`,
    '  endlan',
    ...(console === undefined ? [] : [`  serial 15 ${address} ${console} codec VM`]),
    `  chassis_control "${dir}/chassis.sh ${own} 0x20"`,
    '  user 1 true "" "" admin 10 none md2 md5 straight',
    `  user 2 true "${simUser.user}" "${simUser.password}" admin 10 none md2 md5 straight`,
    '',
  ].join('\n')
}

/** True when somebody has UDP port 623 (0x26f) of the address (proc(5), /proc/net/udp). */
function listening(address: string): boolean {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return readFileSync('/proc/net/udp', 'utf8').includes(` ${bytes.reverse().join('').toUpperCase()}:026F `)
}
