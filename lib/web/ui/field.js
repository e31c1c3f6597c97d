// The field: a small square per node, a canvas per group. Ten thousand are drawn in some milliseconds, and of
// later changes only the squares that differ.
import { cornerOf, drawSquare, gridFor, pitchFor, sizeOf, squareAt } from './square.js'
import { matches, stateOf, states } from './state.js'
import { byId, el, many } from './text.js'

/** @typedef {import('./state.js').PageNode} PageNode */
/** @typedef {import('./state.js').State} State */

/**
 * @typedef {object} Patch the squares of one group
 * @property {readonly PageNode[]} nodes
 * @property {HTMLElement} box
 * @property {HTMLElement} title
 * @property {HTMLCanvasElement} canvas
 * @property {string[]} drawn what each square shows
 * @property {import('./square.js').Grid} grid
 * @property {number} cursor
 */

/**
 * @typedef {object} Wanted which nodes stand out
 * @property {Set<State>} only those in these states; of none of them all
 * @property {string} words
 * @property {string | undefined} open the one that is open beside the field
 */

export class Field {
  /** @type {Map<string, Patch>} */
  #patches = new Map()
  /** @type {Record<string, string>} */
  #colours = {}
  #pitch = 12
  /** @type {Wanted} */
  #wanted = { only: new Set(), words: '', open: undefined }
  #box = byId('field')

  /** @param {{ open(name: string): void, point(node: PageNode | undefined, x: number, y: number): void, say(node: PageNode): void }} to */
  constructor(to) {
    this.to = to
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(true))
    new ResizeObserver(() => this.draw()).observe(this.#box)
  }

  /** @param {readonly PageNode[]} nodes @param {Wanted} wanted */
  show(nodes, wanted) {
    this.#wanted = wanted
    this.#pitch = pitchFor(nodes.length)
    const groups = Map.groupBy(nodes, ({ group }) => group ?? '')
    for (const [name, patch] of this.#patches) if (!groups.has(name)) patch.box.remove()
    this.#patches = new Map([...groups].map(([name, members]) => [name, this.#patch(name, members)]))
    for (const { box } of this.#patches.values()) if (box.parentNode !== this.#box) this.#box.append(box)
    this.draw()
  }

  /** @param {string} name @param {readonly PageNode[]} nodes @returns {Patch} */
  #patch(name, nodes) {
    const patch = this.#patches.get(name) ?? this.#newPatch(name)
    patch.nodes = nodes
    patch.cursor = Math.min(patch.cursor, nodes.length - 1)
    const image = nodes.find((node) => node.image)?.image
    const what = name === '' ? 'no group' : `group ${name}`
    const label = `${what}, ${many(nodes.length, 'node')}: arrow keys move, Enter opens a node`
    patch.title.textContent = `${many(nodes.length, 'node')}${image ? `, image ${image}` : ''}`
    patch.canvas.setAttribute('aria-label', label)
    return patch
  }

  /** @param {string} name @returns {Patch} */
  #newPatch(name) {
    const title = el('small')
    const canvas = /** @type {HTMLCanvasElement} */ (el('canvas', { tabindex: 0, role: 'application' }))
    const box = el('div', {}, el('h2', {}, name === '' ? 'no group' : name, ' ', title), canvas)
    /** @type {Patch} */
    const patch = { nodes: [], box, title, canvas, drawn: [], grid: { pitch: 0, columns: 0 }, cursor: 0 }
    const at = (/** @type {MouseEvent} */ { offsetX, offsetY }) =>
      patch.nodes[squareAt(patch.grid, offsetX, offsetY)]
    canvas.addEventListener('click', (event) => this.#open(at(event)))
    canvas.addEventListener('pointermove', (event) => this.to.point(at(event), event.clientX, event.clientY))
    canvas.addEventListener('pointerleave', () => this.to.point(undefined, 0, 0))
    canvas.addEventListener('keydown', (event) => this.#key(patch, event))
    canvas.addEventListener(
      'focus',
      () => canvas.matches(':focus-visible') && this.#move(patch, patch.cursor),
    )
    canvas.addEventListener('blur', () => {
      this.to.point(undefined, 0, 0)
      this.draw()
    })
    return patch
  }

  /** Draws what has changed, or all of it. */
  draw(all = false) {
    const width = this.#box.clientWidth
    if (width === 0) return
    const style = getComputedStyle(document.documentElement)
    const names = [...Object.keys(states), 'mark', 'text']
    this.#colours = Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    )
    for (const patch of this.#patches.values()) this.#drawPatch(patch, width, all)
  }

  /** @param {Patch} patch @param {number} width @param {boolean} all */
  #drawPatch(patch, width, all) {
    const { canvas, nodes, drawn } = patch
    const ratio = devicePixelRatio || 1
    const grid = gridFor(this.#pitch, nodes.length, width)
    const { wide, high } = sizeOf(grid, nodes.length)
    const same =
      patch.grid.columns === grid.columns && patch.grid.pitch === grid.pitch && drawn.length === nodes.length
    if (all || !same) {
      // Sets all of it back.
      canvas.width = Math.round(wide * ratio)
      canvas.height = Math.round(high * ratio)
      canvas.style.width = `${wide}px`
      canvas.style.height = `${high}px`
      drawn.length = 0
    }
    patch.grid = grid
    const pen = canvas.getContext('2d')
    if (!pen) return
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    const focused = canvas.matches(':focus-visible')
    const { only, words, open } = this.#wanted
    for (const [at, node] of nodes.entries()) {
      const state = stateOf(node)
      const dim = !(only.size === 0 || only.has(state)) || !matches(node, words)
      const marked = node.name === open || (focused && at === patch.cursor)
      const percent =
        state === 'installing' && node.percent !== undefined ? 4 * Math.floor(node.percent / 4) : undefined
      const key = `${state} ${dim} ${marked} ${percent}`
      if (drawn[at] === key) continue
      drawn[at] = key
      drawSquare(pen, cornerOf(grid, at), grid.pitch, { state, dim, marked, percent }, this.#colours)
    }
  }

  /** @param {PageNode | undefined} node */
  #open(node) {
    if (node) this.to.open(node.name)
  }

  /** @param {Patch} patch @param {KeyboardEvent} event */
  #key(patch, event) {
    const { grid, cursor, nodes } = patch
    const [down, end] = [grid.columns, nodes.length]
    const keys = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: down, ArrowUp: -down, Home: -cursor, End: end }
    const by = keys[/** @type {keyof typeof keys} */ (event.key)]
    if (by === undefined && event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    if (by === undefined) this.#open(nodes[cursor])
    else this.#move(patch, Math.max(0, Math.min(nodes.length - 1, cursor + by)))
  }

  /** @param {Patch} patch @param {number} cursor */
  #move(patch, cursor) {
    patch.cursor = cursor
    this.draw()
    const node = patch.nodes[cursor]
    if (!node) return
    this.to.say(node)
    const place = patch.canvas.getBoundingClientRect()
    const { x, y } = cornerOf(patch.grid, cursor)
    const [left, top] = [place.left + x, place.top + y]
    this.to.point(node, left + this.#pitch, top + this.#pitch)
    if (top < 60 || top > innerHeight - 40) scrollBy({ top: top - innerHeight / 2 })
  }
}
