// What the data mean: in which of a few states a node is, whatever its step is called.
import { ageOf, size, span } from './text.js'

/**
 * @typedef {{ name: string, group?: string, image?: string, step?: string, since?: string, outcome?: string,
 *   starting?: boolean, percent?: number, rate?: number, error?: string }} PageNode
 */

/** The states, those first that want somebody, and what they are called. */
export const states = /** @type {const} */ ({
  failed: 'failed',
  stuck: 'silent for 10 min',
  booting: 'booting',
  installing: 'installing',
  starting: 'system starting',
  service: 'service',
  up: 'up',
  installed: 'installed',
  local: 'local disk',
  none: 'never seen',
})
/** @typedef {keyof typeof states} State */

// Who is under way and says nothing for so many seconds needs a look.
const silent = 600

/** @param {PageNode} node @returns {State} */
export function stateOf({ step, since, outcome, starting }) {
  if (!step) return 'none'
  if (/^(?:install|boot)\.error(?:\.|$)/.test(step)) return 'failed'
  if (step === 'up' || outcome === 'up') return 'up'
  if (starting) return 'starting'
  if (outcome === 'local' || outcome === 'service') return outcome
  if (step === 'install.success') return 'installed'
  if (since && ageOf(since) > silent) return 'stuck'
  return step.startsWith('boot.') || step === 'install.request' ? 'booting' : 'installing'
}

/** The step as people read it. @param {PageNode} node */
export function stepText({ step, starting }) {
  return starting ? 'system starting' : (step ?? 'never seen')
}

/** How far a download is. @param {PageNode} node */
export function doneText({ percent, rate }) {
  if (percent === undefined) return ''
  return rate ? `${Math.floor(percent)} %, ${size(rate)}/s` : `${Math.floor(percent)} %`
}

/** All of it in a few lines. @param {PageNode} node */
export function sentence(node) {
  const age = node.since ? `, ${span(ageOf(node.since))} ago` : ''
  const done = doneText(node)
  return [`${node.name}: ${stepText(node)}${age}`, done, node.error ?? ''].filter(Boolean).join('\n')
}

/** Whether a node is what somebody looks for: all of the words. @param {PageNode} node @param {string} words */
export function matches(node, words) {
  if (words === '') return true
  const text = [node.name, node.group, stepText(node), node.step, node.image, node.error]
    .join(' ')
    .toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
