// A machine without a system of its own: switched on, watched on its console, asked from
// inside, switched off.

import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LunaError } from '../../lib/error.ts'
import { Console } from './console.ts'
import { type Firmware, hurry, qemuArguments } from './firmware.ts'
import { places } from './machine.ts'
import { makeTap, removeTap, tapOf } from './net.ts'

export interface VmSpec {
  name: string
  mac: string
  firmware: Firmware
  /** A raw disk image; without one the machine is diskless. */
  disk?: string
  /** Where ipmi_sim waits for the machine whose controller it is; without it there is no IPMI. */
  bmc?: { address: string; port: number }
}

export interface Answer {
  status: number
  output: string
}

/** Switches a machine on. */
export async function startVm(spec: VmSpec): Promise<Vm> {
  const folder = join(places.vms, spec.name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const tap = tapOf(spec.name)
  await makeTap(tap)
  const args = await qemuArguments(spec.firmware, { mac: spec.mac, tap }, folder)
  const askSocket = join(folder, 'ask.sock')
  const qemu = spawn(
    'qemu-system-x86_64',
    [...args, ...ports(askSocket), ...disk(spec), ...controller(spec)],
    { stdio: 'pipe' },
  )
  return new Vm(spec, qemu, askSocket, tap)
}

// The first serial port is the console; the second one is where lab-ask of the image listens.
function ports(askSocket: string): string[] {
  const chardev = `socket,id=ask,path=${askSocket},server=on,wait=off`
  return ['-chardev', chardev, '-serial', 'stdio', '-serial', 'chardev:ask']
}

function disk(spec: VmSpec): string[] {
  return spec.disk ? ['-drive', `file=${spec.disk},format=raw,if=ide`] : []
}

// An interface of the oldest kind (IPMI 2.0, 9: KCS) to a controller that is a program of its own.
function controller({ bmc }: VmSpec): string[] {
  if (!bmc) return []
  const line = `socket,id=bmc,host=${bmc.address},port=${bmc.port},reconnect=5`
  const devices = ['-device', 'ipmi-bmc-extern,chardev=bmc,id=bmc0', '-device', 'isa-ipmi-kcs,bmc=bmc0']
  return ['-chardev', line, ...devices]
}

export class Vm {
  readonly spec: VmSpec
  readonly console = new Console()
  readonly #qemu: ChildProcess
  readonly #askSocket: string
  readonly #tap: string
  readonly #off: Promise<void>
  readonly #answers = new Console()
  readonly #port: Promise<Socket>
  #stopped: Promise<void> | undefined

  constructor(spec: VmSpec, qemu: ChildProcess, askSocket: string, tap: string) {
    this.spec = spec
    this.#qemu = qemu
    this.#askSocket = askSocket
    this.#tap = tap
    const log = join(places.logs, `${spec.name}.console.log`)
    qemu.stdout?.setEncoding('utf8').on('data', (text: string) => {
      appendFileSync(log, text)
      this.console.feed(text)
    })
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => this.console.feed(`qemu: ${text}`))
    this.#port = this.#openPort()
    this.#off = new Promise((resolve) => {
      qemu.once('error', (error) => this.console.feed(`qemu: ${error.message}\n`))
      qemu.once('close', () => {
        this.console.close()
        this.#answers.close()
        resolve()
      })
    })
  }

  /** Types on the console. */
  type(keys: string): void {
    this.#qemu.stdin?.write(keys)
  }

  /**
   * Skips the waits of iPXE and its menu, as far as there are any. Never fails: a boot
   * that stands still is seen.
   */
  async hurry(): Promise<void> {
    await hurry(this.spec.firmware, this.console, (keys) => this.type(keys)).catch(() => {})
  }

  /**
   * Runs a line of bash on the booted node, by its second serial port: what the network does is no matter.
   * Throws LunaError `failed` when no answer comes in time (default one minute).
   */
  async ask(question: string, patience = 240_000): Promise<Answer> {
    const port = await this.#port
    await this.#answers.waitFor(/<<<ready>>>/, patience)
    const from = this.#answers.text.length
    port.write(`${question}\n`)
    const pattern = /<<<answer>>>\n(.*?)<<<end (\d+)>>>/s
    const [, output = '', status] = await this.#answers.waitFor(pattern, patience, from)
    return { status: Number(status), output }
  }

  /** Switches the machine off, as pulling its plug does. One that is off stays off. */
  stop(): Promise<void> {
    this.#stopped ??= this.#pullPlug()
    return this.#stopped
  }

  async #pullPlug(): Promise<void> {
    this.#qemu.kill('SIGKILL')
    await this.#off
    await removeTap(this.#tap)
  }

  /** Connects to the second serial port before anything is said on it: QEMU keeps nothing for later. */
  async #openPort(): Promise<Socket> {
    while (!existsSync(this.#askSocket) && this.#qemu.exitCode === null) await delay(10)
    const socket = connect(this.#askSocket)
    socket.setEncoding('utf8').on('data', (text: string) => this.#answers.feed(text))
    socket.on('error', () => this.#answers.close())
    return socket
  }
}

/** Throws LunaError with the machine's last words. */
export function failedBoot(vm: Vm, what: string): LunaError {
  return new LunaError('failed', `${vm.spec.name}: ${what}`, { fix: null, why: vm.console.tail(40) })
}
