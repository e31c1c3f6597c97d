// The page: asks for the data, shows the section and the node that its address names.
import { follow } from './data.js'
import { showNode } from './node.js'
import { nodeSection } from './nodes.js'
import { showDoctor, showImages, showMachines } from './sections.js'
import { byId, clock, el, mended } from './text.js'

/** @typedef {import('./state.js').PageNode} PageNode */

const sections = ['nodes', 'images', 'machines', 'doctor']

/** @type {readonly PageNode[]} */
let nodes = []
/** @type {{ images: any[] } | undefined} */
let images

/** The same nodes, of which some have changed. @param {readonly PageNode[]} all @param {readonly PageNode[]} some */
function withChanged(all, some) {
  const changed = new Map(some.map((node) => [node.name, node]))
  return all.map((node) => changed.get(node.name) ?? node)
}

/** What the address names: a section, a node of the first one, a boot of that. */
function place() {
  const words = new URLSearchParams(location.hash.slice(1))
  const node = words.get('node') ?? undefined
  const section = sections.find((name) => words.has(name)) ?? 'nodes'
  return { section, node, boot: words.get('boot') ?? '' }
}

function show() {
  const { section, node, boot } = place()
  for (const name of sections) byId(name).hidden = name !== section
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#${section}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  document.title = node ? `${node} - Luna` : 'Luna'
  takeNodes(nodes, node)
  void showNode(
    nodes.find(({ name }) => name === node),
    node,
    boot,
  )
}

let last = new Date()

/**
 * Says whether the head answers; where it does not, what is looked at there: nothing else could tell.
 * @param {string} [trouble]
 */
function heard(trouble) {
  const live = byId('live')
  const text = trouble ?? 'live'
  if (live.textContent !== text) live.textContent = text
  live.className = trouble ? 'off' : 'on'
  const away = byId('away')
  if (away.hidden && trouble) {
    const half = trouble.includes('answers')
    const what = half
      ? `nginx answers, and lweb gives no data (${trouble})`
      : 'The head does not answer: nginx is down there, or the network'
    const seen = ` Without it no node boots. What you see is of ${clock(last.toISOString())}. On the head: `
    const fix = `systemctl ${half ? 'status lweb' : 'restart nginx'}; luna doctor`
    away.replaceChildren(el('b', {}, `${what}.`), seen, mended(fix))
  }
  away.hidden = !trouble
  document.body.classList.toggle('away', trouble !== undefined)
  if (!trouble) last = new Date()
}

const takeNodes = nodeSection((name) => {
  location.hash = `node=${encodeURIComponent(name)}`
})
addEventListener('hashchange', show)
addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement
  if (event.key === 'Escape' && !typing && place().node) location.hash = 'nodes'
  if (event.key === '/' && !typing) {
    event.preventDefault()
    location.hash = 'nodes'
    byId('find').focus()
  }
})

// Of the node that is open more may be known although no node has taken a step.
setInterval(() => !document.hidden && place().node && show(), 5000)

// The section that is looked at is followed more closely than those that only have a number.
const pause = (/** @type {string} */ section) => () => (place().section === section ? 3000 : 15_000)
show()
await follow(
  'nodes',
  (news) => {
    nodes = news.nodes ?? withChanged(nodes, news.changed)
    if (images) showImages(images, nodes)
    show()
  },
  1000,
  heard,
  true,
)
await follow(
  'images',
  (news) => {
    images = news
    showImages(news, nodes)
  },
  pause('images'),
)
await follow('machines', showMachines, pause('machines'))
await follow('findings', showDoctor, pause('doctor'))
