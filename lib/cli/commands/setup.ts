// luna setup
import { loadConfig } from '../../config.ts'
import { LunaError } from '../../error.ts'
import { option } from '../../program/option.ts'
import type { Found } from '../../task/setup/found.ts'
import type { SetupOptions } from '../../task/setup/setup.ts'
import type { Step } from '../../task/setup/step.ts'
import type { Answers, Wish } from '../../task/setup/wish.ts'
import { type Command, type Context, command } from '../command.ts'
import { openDialog } from '../dialog.ts'
import { reportOutcome, withoutUndefined } from '../rows.ts'
import { agrees, askForRest } from '../setup-dialog.ts'

const row = command({
  action: '',
  help: 'Make a head of this machine. What is not given is asked for on a terminal. It can be given again.',
  operand: 'none',
  options: {
    frontend: option('text', 'where nodes reach this head: an address of it, or the interface that has one', {
      value: 'ADDRESS',
    }),
    network: option('text', 'the network of the nodes; that of the interface when absent', {
      value: 'ADDRESS/PREFIX',
    }),
    range: option('text', 'addresses for machines that are not known; a part of the network when absent', {
      value: 'FIRST-LAST',
    }),
    dns: option('yes-no', 'serve DNS for the nodes; where a name server is installed when absent'),
    store: option('choice', 'the database: as luna.conf says, else embedded', {
      choices: ['embedded', 'mongodb'],
    }),
    'dry-run': option('flag', 'show what would be done, and do nothing'),
  },
  examples: [
    ['luna setup', 'asks, then does it'],
    ['luna setup --frontend eth1 --dry-run', 'all of it beforehand'],
    [
      'luna setup --frontend 10.30.255.254 --network 10.30.0.0/16 --range 10.30.128.1-10.30.140.1',
      'in scripts',
    ],
  ],
  async run(context, given) {
    const { find, hasStore } = await import('../../task/setup/found.ts')
    const store = (await hasStore(context.config)) ? await context.store() : undefined
    const found = await find(context.config, store)
    const dryRun = given['dry-run']
    if (!dryRun) await mayChange(found)
    const settled = await settle(context, found, answersOf(given), dryRun)
    if (!settled) return
    await carryOut(context, found, settled.steps, { store, dryRun })
    if (!dryRun) await conclude(context, settled.wish)
  },
})

/** What is to be done; undefined where somebody was asked, saw it, and does not want it. */
async function settle(context: Context, found: Found, said: Answers, dryRun: boolean) {
  const { planSetup } = await import('../../task/setup/plan.ts')
  const { readWish } = await import('../../task/setup/wish.ts')
  const { defaultNameServer } = await import('../../host/hostname.ts')
  const dialog = openDialog(context.signal)
  try {
    const answers = dialog ? await askForRest(context, dialog, found, said) : said
    const wish = readWish(found, answers)
    const steps = planSetup(found, wish, { nsHostname: await defaultNameServer() })
    const asked = dialog && answers !== said && !dryRun
    return !asked || (await agrees(context, dialog, steps)) ? { wish, steps } : undefined
  } finally {
    dialog?.close()
  }
}

type Given = { readonly [N in 'frontend' | 'network' | 'range' | 'store']: string | undefined } & {
  readonly dns: boolean | undefined
}

function answersOf({ frontend, network, range, store, dns }: Given): Answers {
  const yes = dns === undefined ? undefined : dns ? 'y' : 'n'
  return withoutUndefined({ frontend, network, range, store, dns: yes } as const)
}

/** Users, services and files of the system are root's business, and only the active head changes anything. */
async function mayChange({ cluster }: Found): Promise<void> {
  if (process.geteuid?.() !== 0)
    throw new LunaError('refused', 'only root can make a head of this machine', {
      fix: 'run it as root; --dry-run shows what it would do',
    })
  const { assertActiveHead } = await import('../../task/heads.ts')
  if (cluster) await assertActiveHead(cluster)
}

async function carryOut(
  context: Context,
  found: Found,
  steps: readonly Step[],
  how: Pick<SetupOptions, 'store' | 'dryRun'>,
): Promise<void> {
  const { runSetup } = await import('../../task/setup/setup.ts')
  const logDir = context.env.LUNA_LOGDIR || '/var/log/luna'
  let quiet = true
  const outcome = await runSetup(found, steps, {
    ...how,
    logDir,
    signal: context.signal,
    onStep(line) {
      quiet = false
      if (how.dryRun) context.print(`# ${line}\n`)
      else context.log.info(line)
    },
    onDone({ diff = '', changed = [], removed = [] }) {
      quiet &&= changed.length + removed.length === 0
      context.print(diff)
      for (const file of changed) context.log.info('wrote', { file })
      for (const file of removed) context.log.info('removed', { file })
    },
  })
  reportOutcome(context, outcome)
  if (quiet && outcome.failures.length === 0) context.log.info('everything is as it should be')
}

/** What the doctor finds of the head now, and how it goes on. */
async function conclude(context: Context, { network }: Wish): Promise<void> {
  const { findRemaining } = await import('../../task/setup/remaining.ts')
  const { lineOf } = await import('../../task/doctor/check.ts')
  context.print('What luna doctor finds:\n')
  // setup may have written luna.conf
  const findings = await findRemaining(loadConfig(context.env), context.signal)
  context.print(findings.map((finding) => `${lineOf(finding)}\n`).join(''))
  if (findings.some(({ state }) => state === 'wrong')) context.endWith(1)
  context.print(`The next commands: an image, a group, a node.
  luna osimage add -n compute -p /opt/luna/os/compute && luna osimage pack compute
  luna group add -n compute -o compute -N ${network.name}
  luna node add -g compute -n node001 && luna node change node001 --mac MAC && luna cluster make
`)
}

export const setup: readonly Command[] = [row]
