// The section of nodes: how many are in which state, the field, and the same as a table.
import { Field } from './field.js'
import { doneText, matches, sentence, stateOf, states, stepText } from './state.js'
import { ageOf, byId, el, many, size, span, table } from './text.js'

/** @typedef {import('./state.js').PageNode} PageNode */
/** @typedef {import('./state.js').State} State */

// So many rows at once; more on demand.
const rowsAtOnce = 200

/** @type {readonly PageNode[]} */
let nodes = []
/** @type {Set<State>} */
const only = new Set()
let rows = rowsAtOnce
let asTable = false
/** @type {string | undefined} */
let opened

const find = /** @type {HTMLInputElement} */ (byId('find'))

/** Puts the section together. @param {(name: string) => void} open */
export function nodeSection(open) {
  const tip = byId('tip')
  const field = new Field({
    open,
    point(node, x, y) {
      tip.hidden = node === undefined
      if (!node) return
      tip.textContent = sentence(node)
      tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8))}px`
      tip.style.top = `${y + 16 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 16}px`
    },
    say: (node) => {
      byId('said').textContent = sentence(node)
    },
  })
  const draw = () => {
    drawCounts(draw)
    byId('field').hidden = asTable
    byId('table').hidden = !asTable
    if (asTable) drawTable(open, draw)
    else field.show(nodes, { only, words: find.value.trim(), open: opened })
  }
  const form = (/** @type {boolean} */ wanted) => () => {
    asTable = wanted
    byId('as-field').setAttribute('aria-pressed', String(!asTable))
    byId('as-table').setAttribute('aria-pressed', String(asTable))
    draw()
  }
  byId('as-field').addEventListener('click', form(false))
  byId('as-table').addEventListener('click', form(true))
  find.addEventListener('input', () => {
    rows = rowsAtOnce
    draw()
  })
  // What is said of ages, and who has been silent for too long, changes without news.
  setInterval(() => !document.hidden && draw(), 10_000)
  return (/** @type {readonly PageNode[]} */ news, /** @type {string | undefined} */ name) => {
    nodes = news
    opened = name
    draw()
  }
}

/** @param {() => void} draw */
function drawCounts(draw) {
  const counts = Map.groupBy(nodes, stateOf)
  const there = /** @type {State[]} */ (Object.keys(states)).filter(
    (state) => counts.has(state) || only.has(state),
  )
  const chips = there.map((state) => {
    const press = () => {
      if (!only.delete(state)) only.add(state)
      rows = rowsAtOnce
      draw()
      byId(`chip-${state}`).focus()
    }
    const number = (counts.get(state)?.length ?? 0).toLocaleString('en')
    const inside = [el('span', { class: `dot ${state}` }), el('b', {}, number), ` ${states[state]}`]
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          id: `chip-${state}`,
          'aria-pressed': only.has(state) ? 'true' : 'false',
          click: press,
        },
        ...inside,
      ),
    )
  })
  const focused = document.activeElement?.id
  byId('steps').replaceChildren(...chips)
  if (focused?.startsWith('chip-')) document.getElementById(focused)?.focus()
  const parts = there.map((state) => {
    const part = el('span', { class: state })
    part.style.flex = `${counts.get(state)?.length ?? 0} 0 0`
    part.style.background = `var(--${state})`
    return part
  })
  byId('share').replaceChildren(...parts)
  byId('download').textContent = downloadText()
}

function downloadText() {
  const loading = nodes.filter(({ step, percent }) => step === 'install.download' && percent !== undefined)
  if (loading.length === 0) return many(nodes.length, 'node')
  const rate = loading.reduce((sum, node) => sum + (node.rate ?? 0), 0)
  const percent = loading.reduce((sum, node) => sum + (node.percent ?? 0), 0) / loading.length
  return `${many(loading.length, 'node')} downloading: ${Math.floor(percent)} % on average, ${size(rate)}/s together`
}

/** @param {(name: string) => void} open @param {() => void} draw */
function drawTable(open, draw) {
  const order = Object.keys(states)
  const wanted = nodes
    .filter((node) => (only.size === 0 || only.has(stateOf(node))) && matches(node, find.value.trim()))
    .map((node) => ({ node, place: order.indexOf(stateOf(node)) }))
    .sort((a, b) => a.place - b.place)
  const shown = wanted
    .slice(0, rows)
    .map(({ node }) => [
      el('button', { type: 'button', class: 'name', click: () => open(node.name) }, node.name),
      el('span', {}, el('span', { class: `dot ${stateOf(node)}` }), stepText(node)),
      doneText(node),
      node.since ? span(ageOf(node.since)) : '',
      node.group,
      node.image,
      node.error,
    ])
  const made = table(['node', 'step', '#done', '#for', 'group', 'image', 'error'], shown)
  const left = wanted.length - shown.length
  const more = () => {
    rows += 5 * rowsAtOnce
    draw()
  }
  const rest = left > 0 ? [el('button', { type: 'button', click: more }, `${many(left, 'more node')}`)] : []
  const none = wanted.length === 0 ? [el('p', { class: 'quiet' }, 'no node is like that')] : []
  const focused = document.activeElement
  const name = focused?.closest('#table') ? focused.textContent : undefined
  byId('table').replaceChildren(made, ...none, ...rest)
  if (!name) return
  const again = [...byId('table').querySelectorAll('button')].find(({ textContent }) => textContent === name)
  again?.focus({ preventScroll: true })
}
