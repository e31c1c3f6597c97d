// Management controllers for tests: ipmi_sim (OpenIPMI), one per loopback address, on the port that IPMI has. Needs root.
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
  stop(): Promise<void>
}

/** Starts a controller at each address and waits until all of them listen. */
export async function startBmcs(addresses: readonly string[]): Promise<Bmcs> {
  const dir = mkdtempSync(join(tmpdir(), 'luna-bmc-'))
  writeFileSync(join(dir, 'emu'), emulation)
  writeFileSync(join(dir, 'chassis.sh'), chassis, { mode: 0o755 })
  const children = addresses.map((address) => startOne(dir, address))
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
    stop: end,
  }
}

function startOne(dir: string, address: string): ChildProcess {
  const own = join(dir, address)
  mkdirSync(own)
  writeFileSync(join(own, 'asked'), '')
  writeFileSync(join(own, 'lan.conf'), configuration(join(dir, 'chassis.sh'), own, address))
  const args = ['-n', '-c', join(own, 'lan.conf'), '-f', join(dir, 'emu'), '-s', own]
  return spawn('ipmi_sim', args, { stdio: 'ignore' })
}

const emulation = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
sel_enable 0x20 1000 0x0a
mc_enable 0x20
`

// Called with its directory, the controller's address on the bus, and what is asked (ipmi_lan(5), chassis_control).
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

function configuration(program: string, own: string, address: string): string {
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
    '  endlan',
    `  chassis_control "${program} ${own} 0x20"`,
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
