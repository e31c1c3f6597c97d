// Elements and texts. All text goes into the page as text, never as HTML.

/**
 * An element with attributes and what is in it.
 * @param {string} tag
 * @param {Record<string, string | number | boolean | ((event: Event) => void) | undefined>} attributes
 *   false and undefined leave one out; a function listens to the event of that name
 * @param {...(Node | string | number | null | undefined)} inside
 */
export function el(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(
    ...inside
      .filter((one) => one !== null && one !== undefined)
      .map((one) => (one instanceof Node ? one : String(one))),
  )
  return element
}

/**
 * A table with a row of titles.
 * @param {readonly string[]} titles of columns; those of numbers begin with `#`
 * @param {readonly (readonly (Node | string | number | null | undefined)[])[]} rows
 */
export function table(titles, rows) {
  const cell = (
    /** @type {string} */ tag,
    /** @type {number} */ at,
    /** @type {Node | string | number | null | undefined} */ value,
  ) =>
    el(
      tag,
      { class: titles[at]?.startsWith('#') ? 'number' : undefined, scope: tag === 'th' ? 'col' : undefined },
      value,
    )
  const head = el('tr', {}, ...titles.map((title, at) => cell('th', at, title.replace('#', ''))))
  const body = rows.map((row) => el('tr', {}, ...row.map((value, at) => cell('td', at, value))))
  return el('div', { class: 'scroll' }, el('table', {}, el('thead', {}, head), el('tbody', {}, ...body)))
}

/** A command that is marked as a whole by one click. @param {string} text */
export function command(text) {
  return el('code', { class: 'command' }, text)
}

// A command stands at the beginning, or behind a colon or semicolon, and goes on to the next semicolon.
const commands = /((?<=^|: |; )(?:luna|systemctl|lpower|ltorrent|lweb|apt-get|dnf|du) [^;]*)/

/** What mends something: words, and commands among them. @param {string} fix */
export function mended(fix) {
  const parts = fix.split(commands).filter((part) => part !== '')
  return el('span', {}, ...parts.map((part) => (commands.test(part) ? command(part) : part)))
}

/** The element of the page with that id. @param {string} id */
export function byId(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no ${id}`)
  return element
}

let ahead = 0

/** Learns the clock of the head from the `Date` of an answer. @param {string | null} date */
export function setClock(date) {
  const time = Date.parse(date ?? '')
  if (!Number.isNaN(time) && Math.abs(time - Date.now() - ahead) > 1500) ahead = time - Date.now()
}

/** Seconds since a time in ISO 8601, by the clock of the head. @param {string} iso */
export function ageOf(iso) {
  return Math.max(0, (Date.now() + ahead - Date.parse(iso)) / 1000)
}

/** Seconds in the largest unit: `59 s`, `10 min`, `3 h`, `2 d`. @param {number} seconds */
export function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}

/** Seconds as one reads them off a clock. @param {number} seconds */
export function length(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `1.5 GB`. @param {number} bytes */
export function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** at
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at]}`
}

/** `2026-03-04 05:06:07`, here. @param {string} iso */
export function clock(iso) {
  const time = new Date(iso)
  const here = new Date(time.getTime() - 60_000 * time.getTimezoneOffset())
  return here.toISOString().slice(0, 19).replace('T', ' ')
}

/** One or many. @param {number} count @param {string} what */
export function many(count, what) {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}
