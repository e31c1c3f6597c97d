// One node beside the field: where it is, why it is not up, its boots, one of them as a timeline.
import { doneText, stateOf, stepText } from './state.js'
import { ageOf, byId, clock, el, length, mended, size, span } from './text.js'

/** @typedef {import('./state.js').PageNode} PageNode */

const panel = byId('node')

// What is told of a node is asked for again when it takes a step, and after so many milliseconds: why it is
// not up may be known by then, or be another reason.
const patience = 10_000

/**
 * @type {{ name: string, boot: string, tag: string, asked: number, details?: any, trouble?: string } | undefined}
 */
let open

/**
 * Shows what the address of the page says (`#node=NAME` and `&boot=N`), or nothing.
 * @param {PageNode | undefined} node @param {string | undefined} name @param {string} boot
 */
export async function showNode(node, name, boot) {
  if (name === undefined) {
    if (open) close()
    return
  }
  const tag = `${name} ${boot} ${node?.step} ${node?.since}`
  if (open?.tag === tag && Date.now() - open.asked < patience) return drawHead(node)
  const fresh = open?.name !== name
  const same = !fresh && open?.boot === boot
  open = { name, boot, tag, asked: Date.now(), details: same ? open?.details : undefined }
  // What is known already is shown at once: the list of nodes may come later than what is told of one.
  if (fresh || same) draw(node)
  panel.hidden = false
  document.body.classList.add('beside')
  if (fresh) panel.querySelector('button')?.focus()
  const mine = open
  try {
    const query = new URLSearchParams(boot ? { name, boot } : { name })
    const answer = await fetch(`data/node?${query}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    })
    if (answer.status === 200) mine.details = await answer.json()
    else
      mine.trouble =
        answer.status === 404
          ? `there is no node ${name}, or no such boot of it`
          : `the head answers ${answer.status}`
  } catch {
    mine.trouble = 'the head does not answer'
  }
  if (open === mine) draw(node)
}

function close() {
  open = undefined
  panel.hidden = true
  document.body.classList.remove('beside')
}

/** What the keyboard gets to. @returns {HTMLElement[]} */
function reachable() {
  return [...panel.querySelectorAll('a, button, summary, pre')].map((one) => /** @type {HTMLElement} */ (one))
}

/** @param {PageNode | undefined} node */
function draw(node) {
  if (!open) return
  const { name, details, trouble } = open
  const had = reachable().indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const unfolded = panel.querySelector('details')?.open && byId('node-name').textContent === name
  const leave = el(
    'button',
    {
      type: 'button',
      class: 'close',
      'aria-label': 'Close',
      click: () => {
        location.hash = 'nodes'
      },
    },
    '✕',
  )
  const inside = details
    ? detailParts(details, node)
    : [el('p', { class: trouble ? 'bad' : 'quiet' }, trouble ?? 'loading')]
  panel.replaceChildren(
    leave,
    el('h2', { id: 'node-name' }, name),
    el('p', { class: 'now', id: 'node-now' }),
    ...inside,
  )
  drawHead(node)
  const links = panel.querySelector('details')
  if (links && unfolded) links.open = true
  if (had >= 0) (reachable()[had] ?? leave).focus({ preventScroll: true })
}

/** @param {PageNode | undefined} node */
function drawHead(node) {
  const now = document.getElementById('node-now')
  if (!now || !node) return
  const age = node.since ? `for ${span(ageOf(node.since))}` : ''
  const parts = [stepText(node), doneText(node), age].filter(Boolean).join(', ')
  now.replaceChildren(el('span', { class: `dot ${stateOf(node)}` }), parts)
}

/** @param {any} details @param {PageNode | undefined} node */
function detailParts({ name, facts, boots, timeline, why }, node) {
  const stop = stopOf(why, node)
  const error = node?.error ?? timeline?.error
  const lines = timeline?.lines?.length > 0 ? timeline.lines : []
  return [
    ...(stop ? stopParts(stop) : []),
    error && !stop?.seen.includes(error) ? el('p', { class: 'bad' }, error) : null,
    lines.length > 0
      ? el('pre', { tabindex: 0, 'aria-label': 'what it had to say' }, lines.join('\n'))
      : null,
    whyParts(why, name),
    factList(facts, node, timeline),
    timeline ? el('h3', {}, `Boot ${timeline.boot}: ${timeline.outcome}`) : null,
    timeline ? el('p', { class: 'quiet' }, askedText(timeline)) : null,
    timeline ? timelineTable(timeline) : el('p', { class: 'quiet' }, 'no boot of it was seen yet'),
    ...bootList(boots, timeline, name),
  ].filter((part) => part !== null)
}

/** The link at which it stops; undefined of a node that is up. @param {any} why @param {PageNode | undefined} node */
function stopOf({ missing, links }, node) {
  if (node && ['up', 'installed', 'local', 'service'].includes(stateOf(node))) return undefined
  return links.find((/** @type {any} */ { link }) => link === missing)
}

/** Where it stops, what mends that, and how it is tried again. @param {any} stop */
function stopParts({ link, seen, fix, retry }) {
  return [
    el('p', { class: 'stop' }, el('b', {}, `It stops at: ${link}:`), ` ${seen}`),
    fix ? el('p', { class: 'mend' }, el('b', {}, 'To mend it: '), mended(fix)) : null,
    retry ? el('p', { class: 'mend' }, el('b', {}, 'Then: '), mended(retry)) : null,
  ]
}

/** What is said of a link, by its state: those of the doctor are called the same. */
const words = /** @type {Record<string, readonly [mark: string, word: string]>} */ ({
  seen: ['✓', 'fine'],
  missing: ['✗', 'wrong'],
  doubtful: ['!', 'warning'],
  unknown: ['?', 'unknown'],
})

/** All links, folded away. @param {any} why @param {string} name */
function whyParts({ links, looked }, name) {
  const rows = links.map((/** @type {any} */ { link, state, seen, fix }) => {
    const kind = { missing: 'bad', doubtful: 'warn' }[/** @type {string} */ (state)]
    const mark = el('td', { class: kind }, (words[state] ?? [state, '']).join(' '))
    const mend = fix && state !== 'seen' ? el('div', {}, mended(fix)) : null
    return el('tr', {}, mark, el('td', {}, el('b', {}, `${link}:`), ` ${seen}`, mend))
  })
  const age = looked ? `looked at ${span(ageOf(looked))} ago by root` : 'not looked at by root'
  const more = el(
    'p',
    { class: 'quiet' },
    `The head was ${age}. DHCP and TFTP of this node, and its power at this moment: `,
  )
  more.append(mended(`luna node why ${name}`))
  return el(
    'details',
    {},
    el('summary', {}, 'From the power button to the running system'),
    el('table', { class: 'links' }, el('tbody', {}, ...rows)),
    more,
  )
}

/** @param {any} facts @param {PageNode | undefined} node @param {any} timeline */
function factList({ mac, also, switch: at, port, localboot, service, interfaces }, node, timeline) {
  const addresses = Object.entries(interfaces ?? {}).flatMap(([name, one]) => {
    const { ipv4, ipv6 } = /** @type {{ ipv4?: string, ipv6?: string }} */ (one ?? {})
    return ipv4 || ipv6 ? [`${name} ${[ipv4, ipv6].filter(Boolean).join(' ')}`] : []
  })
  const rows = Object.entries({
    group: node?.group,
    image: node?.image,
    kernel: timeline?.kernel,
    MAC: [mac, ...(also ?? [])].filter(Boolean).join(', ') || 'none',
    switch: at && `${at}${port ? `, port ${port}` : ''}`,
    addresses: addresses.join(', '),
    boots: localboot ? 'from its disk' : service ? 'into the service shell' : undefined,
  })
  const given = rows.filter(([, value]) => value)
  return el('dl', {}, ...given.flatMap(([title, value]) => [el('dt', {}, title), el('dd', {}, value)]))
}

/** @param {any} timeline */
function askedText({ began, address, mac, by, at, upSeconds }) {
  const how = {
    mac: 'known by its MAC address',
    port: 'known by its switch port',
    hand: 'chosen at the menu',
  }
  const words = by ? `, ${how[/** @type {keyof typeof how} */ (by)] ?? by}${at ? ` (${at})` : ''}` : ''
  const who = [address, mac].filter(Boolean).join(', ')
  const up = upSeconds ? `; its system took ${length(upSeconds)} to start` : ''
  return `began ${clock(began)}${who ? `, asked from ${who}` : ''}${words}${up}`
}

/** @param {any} timeline */
function timelineTable({ steps }) {
  const longest = Math.max(
    1,
    ...steps.map((/** @type {any} */ { seconds, median }) => Math.max(seconds ?? 0, median ?? 0)),
  )
  const rows = steps.map((/** @type {any} */ { step, time, seconds, share, median, slow, bytes, rate }) => {
    const bar = el('span', { class: slow ? 'slow' : undefined })
    bar.style.width = `${(100 * (seconds ?? 0)) / longest}%`
    const tick = el('i', { title: `the group takes ${length(median ?? 0)}` })
    tick.style.left = `${(100 * (median ?? 0)) / longest}%`
    const track = el('div', { class: 'track' }, seconds === null ? null : bar, median === null ? null : tick)
    const took = seconds === null ? '' : `${length(seconds)}${share === null ? '' : `, ${share} %`}`
    const fetched = [bytes === null ? '' : size(bytes), rate === null ? '' : `${size(rate)}/s`]
    const what = [step, ...fetched].filter(Boolean).join(', ')
    const slowText = slow ? el('span', { class: 'warn' }, ` slow: the group takes ${length(median)}`) : null
    return el(
      'tr',
      { title: clock(time) },
      el('td', {}, what),
      el('td', {}, track),
      el('td', {}, took, slowText),
    )
  })
  return el(
    'table',
    { class: 'timeline', 'aria-label': 'Steps, how long each took, and a mark for what the group takes' },
    el('tbody', {}, ...rows),
  )
}

/** @param {any[]} boots @param {any} timeline @param {string} name */
function bootList(boots, timeline, name) {
  if (boots.length < 2) return []
  const items = boots.map(({ boot, began, outcome }) => {
    const current = boot === timeline?.boot
    const there = `#node=${encodeURIComponent(name)}&boot=${boot}`
    return el(
      'li',
      {},
      el('a', { href: there, 'aria-current': current ? 'true' : undefined }, `${boot}`),
      ` ${outcome}, ${clock(began)}`,
    )
  })
  return [el('h3', {}, 'Boots before'), el('ul', { class: 'boots' }, ...items)]
}
