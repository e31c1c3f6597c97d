// The links from the image of a node to its running system: what it asked, what it fetched, and what it
// installed.
import { type Boot, failedStep, isFetch, outcomeOf } from '../../object/record/boot.ts'
import { spanText } from '../../object/record/duration.ts'
import type { Report } from '../../object/record/report.ts'
import { fixOf, isSilent, restart } from './fix.ts'
import { giveMac, listed } from './head-links.ts'
import { ago, type Link, type Sight } from './sight.ts'
import { stalledLink } from './stalled.ts'

// So long may a kernel take from its initramfs to the first word, and a node from one step to the next.
const kernelPatience = 180_000
const stepPatience = 1_200_000

export const asksLuna = 'asks Luna'

/** In the order of a boot. */
export function nodeLinks(sight: Sight): Link[] {
  const { localboot, boot } = sight
  const asked = [...refusedLink(sight), askedLink(sight)]
  if (localboot)
    return [...asked, { link: 'disk', state: 'unknown', seen: 'it is to boot from its disk', fix: null }]
  return [
    imageLink(sight),
    ...asked,
    ...(boot ? [kernelLink(sight, boot), scriptLink(sight, boot), ...ends(sight, boot)] : []),
  ]
}

function imageLink({ image, imageTrouble, group }: Sight): Link {
  const link = 'image'
  if (image === null) {
    const fix = `luna group change ${group ?? 'GROUP'} -o IMAGE`
    return { link, state: 'missing', seen: 'its group has no image', fix }
  }
  if (imageTrouble === null)
    return { link, state: 'seen', seen: `${image} is packed, and its files are there`, fix: null }
  return { link, state: 'missing', seen: `${image}: ${imageTrouble}`, fix: `luna osimage pack ${image}` }
}

/**
 * Somebody who asked as this node and was refused, after the node itself was heard last. While the node is
 * up, that was somebody else.
 */
function refusedLink({ boot, told, refused, now }: Sight): Link[] {
  const heard = boot?.steps.at(-1)
  const last = Math.max(heard?.last ?? heard?.time ?? 0, told?.time ?? 0)
  if (!refused || refused.time < last) return []
  const outcome = boot && outcomeOf(boot)
  const done = outcome === 'up' || outcome === 'installed'
  const seen = `refused ${ago(refused.time, now)} ago, asked from ${refused.address}: ${refused.why}`
  return [{ link: 'boot access', state: done ? 'doubtful' : 'missing', seen, fix: refused.fix || null }]
}

function askedLink(sight: Sight): Link {
  const { node, mac, boot, told, strangers, power, now } = sight
  const link = asksLuna
  if (!boot && !told && mac !== null && strangers.length > 0)
    return {
      link,
      state: 'missing',
      seen: `it has never asked as ${mac}; ${listed(strangers)} asked lately, and nobody is that: its card was replaced, or the address is mistyped`,
      fix: giveMac(node, strangers),
    }
  if (!boot && !told) {
    const dead = isSilent(power) ? ', and its BMC does not answer either' : ''
    const first = dead === '' ? '' : 'see whether it has power and its cables are plugged in; '
    return {
      link,
      state: 'missing',
      seen: `it has never asked${dead}`,
      fix: `${first}have its firmware boot from the network first`,
      retry: `${restart(sight)}; and watch: luna node status ${node} --watch`,
    }
  }
  const time = boot?.began ?? told?.time ?? now
  const from = boot?.asker ? ` from ${boot.asker.address}` : ''
  return { link, state: 'seen', seen: `${ago(time, now)} ago${from}`, fix: null }
}

function kernelLink(sight: Sight, { steps, began }: Boot): Link {
  const { now } = sight
  const link = 'kernel and initramfs'
  const fetched = steps.filter(({ step }) => step === 'boot.kernel' || step === 'boot.initramfs')
  const further = steps.some(({ step }) => step.startsWith('install.') || step === 'up')
  if (fetched.some(({ step }) => step === 'boot.initramfs') || further)
    return { link, state: 'seen', seen: further ? 'they run' : 'both are fetched', fix: null }
  const waits = now - began > kernelPatience
  const seen =
    fetched.length > 0
      ? 'the kernel is fetched, the initramfs not'
      : 'none is fetched, as far as nginx has told'
  return {
    link,
    state: waits ? 'missing' : 'unknown',
    seen: `${seen}, ${ago(began, now)} after it asked`,
    fix: waits ? 'look at its console, then: luna doctor' : null,
    ...(waits && { retry: restart(sight) }),
  }
}

function scriptLink(sight: Sight, { steps, began }: Boot): Link {
  const { now } = sight
  const link = 'install script'
  const fetched = steps.findLast(({ step }) => step === 'boot.initramfs')
  const script = steps.find(({ step }) => step.startsWith('install.') && !isFetch(step))
  if (script) return { link, state: 'seen', seen: 'its initramfs has fetched it', fix: null }
  if (outcomeOf({ number: 0, began, steps }) === 'up')
    return { link, state: 'seen', seen: 'it is up', fix: null }
  const since = fetched ? (fetched.last ?? fetched.time) : began
  if (!fetched || now - since < kernelPatience)
    return { link, state: 'unknown', seen: 'not asked for yet', fix: null }
  return stalledLink(sight, since)
}

/** The installation, and the system that it leaves. */
function ends(sight: Sight, boot: Boot): Link[] {
  const { now } = sight
  const told = boot.steps.findLast(({ step }) => !isFetch(step))
  const outcome = outcomeOf(boot)
  if (!told?.step.startsWith('install.') && outcome !== 'up') return []
  if (outcome === 'failed' && told && failedStep.test(told.step)) return [failedLink(sight, boot, told.step)]
  if (outcome === 'up' || outcome === 'installed') return [installed, systemLink(sight, boot, outcome)]
  const since = told?.last ?? told?.time ?? now
  const waits = now - since > stepPatience
  const come = told?.step === 'install.download' ? comeText(sight) : ''
  const seen = `${told?.step} for ${ago(since, now)}${come}`
  if (!waits) return [{ link: 'installation', state: 'unknown', seen, fix: null }]
  const [fix, retry] = ['look at its console', restart(sight)]
  return [{ link: 'installation', state: 'missing', seen: `${seen}; cause unknown`, fix, retry }]
}

function failedLink(sight: Sight, boot: Boot, last: string): Link {
  const { report } = sight
  const step = last.replace('.error.', '.')
  const failure = [boot.failure, report].find((one) => one?.step === step)
  const line = failure && ('lines' in failure ? failure.lines.at(-1) : failure.line)
  const words = line ?? failure?.command
  const said = report?.step === step && lacksDisk(report) ? `it has no disk (${words})` : words
  const seen = `${step} failed${said ? `: ${said}` : '; cause unknown: it told no more'}`
  return { link: 'installation', state: 'missing', seen, fix: fixOf(last, said ?? '', sight) }
}

/** What the client of the node told of its download. */
function comeText({ progress }: Sight): string {
  if (!progress) return ', nothing is heard of its torrent client'
  return `, ${Math.floor(progress.percent)} % is there, as its client told ${spanText(progress.age)} ago`
}

/**
 * Whether a command that wanted a disk failed on a node that has none, as the install script says at the end
 * (conf-templates/install/steps.sh). One that is not there (127, sh(1)) is a mistake in the script.
 */
function lacksDisk({ lines, status }: Report): boolean {
  return status !== 127 && /^luna: step .*\/dev\/.*; this node has no disk$/.test(lines.at(-1) ?? '')
}

const installed: Link = { link: 'installation', state: 'seen', seen: 'install.success', fix: null }

function systemLink({ now, image }: Sight, boot: Boot, outcome: 'up' | 'installed'): Link {
  const link = 'system'
  const last = boot.steps.at(-1)?.time ?? now
  if (outcome === 'up') return { link, state: 'seen', seen: `up since ${ago(last, now)}`, fix: null }
  const seen = `no word since it was installed ${ago(last, now)} ago; only images with luna-client say that they are up`
  return { link, state: 'unknown', seen, fix: `look at its console; luna osimage show ${image ?? 'IMAGE'}` }
}
