// The programs beside luna, a row each: help, parser, completion and manual page of a program read its row.
import type { Exits } from '../error.ts'
import type { Kind } from '../object/field.ts'
import { type OptionTable, option } from './option.ts'

export interface Program {
  readonly name: string
  /** What stands behind the name, as help writes it. */
  readonly synopsis: string
  /** What it does, in lines as they are printed. */
  readonly about: string
  /** What it is given to act on: the name of an object, or a hostlist of names. */
  readonly operand?: { readonly names: Kind; readonly list: boolean }
  /** The words for what it shall do. */
  readonly actions: Readonly<Record<string, string>>
  readonly options: OptionTable
  /** What help says of the words that are no options, where the actions in a list do not say it. */
  readonly words?: Readonly<Record<string, string>>
  readonly notes?: string
  readonly examples?: readonly string[]
  readonly exits?: Exits
}

function backgroundHelp(name: string, more = ''): string {
  return `run in the background and log to /var/log/luna/${name}.log (LUNA_LOGDIR=DIR: to DIR${more})`
}

const inForeground = 'run in the foreground and log to standard error, as systemd wants it'

export const lweb: Program = {
  name: 'lweb',
  synopsis: '[-h] {start,stop,restart,run}',
  about: 'Answers the machines that boot, behind nginx.',
  actions: {
    start: backgroundHelp('lweb', '; LWEB_DAEMON=0: like run'),
    stop: 'finish the requests in hand and end',
    restart: 'stop and start',
    run: inForeground,
  },
  options: {},
}

export const ltorrent: Program = {
  name: 'ltorrent',
  synopsis: '[-h] {start,stop,restart,reload,run}',
  about: 'Offers packed images to the nodes by BitTorrent.',
  actions: {
    start: backgroundHelp('ltorrent'),
    stop: 'take leave of the tracker and end',
    restart: 'stop and start',
    reload: 'look for new images now, as osimage pack has it do',
    run: inForeground,
  },
  options: {},
}

export const pxelinux: Program = {
  name: 'lfs_pxelinux',
  synopsis: '[-h] [--def_file FILE] [{start,stop,restart,run}]',
  about:
    'Keeps a boot menu for PXELINUX and petitboot in pxelinux.cfg of the TFTP root for every node with a known MAC address.',
  actions: {
    start: backgroundHelp('lfs_pxelinux'),
    stop: 'end; the files stay',
    restart: 'stop and start',
    run: `${inForeground}; the same without a word`,
  },
  options: {
    def_file: option('text', 'what machines get that are not known (file "default")', {
      value: 'FILE',
      refersTo: 'file',
    }),
  },
}

export const lpower = {
  name: 'lpower',
  synopsis:
    '[-h] [-i IF] [--fold | --json] [--pace N/s] [--arm] (NAMES | -g GROUPS | --where FIELD=PATTERN) ACTION',
  about: 'Switches nodes on and off by their management controllers (BMC).',
  operand: { names: 'node', list: true },
  actions: {
    status: 'whether the node is on',
    on: 'switch it on',
    off: 'switch it off, without asking its operating system',
    reset: 'press the reset button',
    cycle: 'off and on',
    identify:
      'light the lamp that shows which machine it is: for 255 seconds by IPMI, until noidentify by Redfish',
    noidentify: 'turn that lamp off',
  },
  words: { NAMES: 'nodes, as a hostlist; @FILE: those in a file; !NAMES: not these' },
  options: {
    groups: option('names', 'the nodes of these groups, as a hostlist', { short: 'g', refersTo: 'group' }),
    interface: option('text', "the interface that has the BMC's address", {
      short: 'i',
      value: 'IF',
      refersTo: 'interface',
      default: 'BMC',
    }),
    pace: option('text', 'no more than N nodes a second (N/m: a minute)', { value: 'N/s' }),
    where: option('texts', 'only nodes of which this holds; given several times, all of them', {
      value: 'FIELD=PATTERN',
      begins: ['status=', 'group=', 'image=', 'switch=', 'name='],
      newer: true,
    }),
    fold: option('flag', 'a line per answer, with the nodes that gave it as a hostlist', { newer: true }),
    json: option('flag', 'as JSON, for scripts'),
    arm: option('flag', 'arm them before, as luna node arm does: they are installed once', { newer: true }),
  },
  notes: 'A line per node, in the order of the list. The exit status is 1 when a node did not obey.',
  examples: [
    "lpower 'node[001-036]' status",
    'lpower -g compute --pace 2/s on',
    "lpower -g compute --where 'status=install.error.*' cycle",
  ],
} as const satisfies Program

export const lchroot: Program = {
  name: 'lchroot',
  synopsis: '[-h] IMAGE [COMMAND [ARGUMENT...]]',
  about: `Runs a command in the tree of an osimage, or a shell. /proc, /sys, /dev, /run and
name resolution work there; nothing stays mounted afterwards, and nothing running.
The exit status is that of the command; 7: no such osimage; 8: somebody is in it.`,
  operand: { names: 'osimage', list: false },
  actions: {},
  options: {},
  examples: ['lchroot compute', 'lchroot compute dnf -y install perf'],
  exits: { 'not-found': 7, taken: 8 },
}

export const programs: readonly Program[] = [lchroot, lpower, lweb, ltorrent, pxelinux]
