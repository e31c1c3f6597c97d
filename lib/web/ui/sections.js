// Images, machines, and what the doctor says.
import { ageOf, byId, clock, command, el, many, mended, size, span, table } from './text.js'

/** @typedef {import('./state.js').PageNode} PageNode */

/** @param {{ images: any[] }} data @param {readonly PageNode[]} nodes */
export function showImages({ images }, nodes) {
  const users = Map.groupBy(nodes, ({ image }) => image ?? '')
  const rows = images.map(({ name, kernel, groups, packed, time, bytes, command: mend }) => [
    el('b', {}, name),
    packed ? `${span(ageOf(time))} ago` : el('span', { class: 'bad' }, 'not packed'),
    packed ? size(bytes) : command(mend),
    kernel ?? '',
    (users.get(name)?.length ?? 0).toLocaleString('en'),
    groups.join(', '),
  ])
  const titles = ['image', 'packed', 'size', 'kernel', '#nodes', 'groups']
  const none =
    images.length === 0
      ? [el('p', {}, 'There is none yet: ', command('luna osimage add --name NAME --path PATH'))]
      : []
  byId('images').replaceChildren(el('h2', {}, many(images.length, 'image')), ...none, table(titles, rows))
}

/** @param {{ ports: any[], unknown: any[] }} data */
export function showMachines({ ports, unknown }) {
  badge('machines-count', unknown.length)
  const strangers = unknown.map(({ mac, address, last, times, at, candidates, commands }) => [
    el('code', {}, mac),
    address,
    `${span(ageOf(last))} ago, ${many(times, 'time')}`,
    at ? `${at}${candidates.length > 0 ? ` (${candidates.join(', ')})` : ''}` : 'not seen at a switch',
    el('span', {}, ...commands.flatMap((/** @type {string} */ text) => [command(text), el('br')])),
  ])
  const seen = ports.map(({ switch: name, port, portname, mac, node, configured, seen: time }) => [
    name,
    portname === port ? port : `${portname} (${port})`,
    el('code', {}, mac),
    node ?? el('span', { class: 'quiet' }, 'no node'),
    node && !configured ? el('span', { class: 'warn' }, 'not its configured port') : '',
    `${span(ageOf(time))} ago`,
  ])
  byId('machines').replaceChildren(
    el('h2', {}, 'Ask what to boot, and are no node ', el('small', {}, 'in the last 15 minutes')),
    unknown.length === 0
      ? el('p', { class: 'quiet' }, 'none: every machine that asked is a node')
      : table(['MAC address', 'asked from', 'last', 'seen at', 'makes it a node'], strangers),
    el('h2', {}, 'Seen at switch ports'),
    ports.length === 0
      ? el(
          'p',
          { class: 'quiet' },
          'nothing: no switch is known, or none has told yet (',
          command('luna cluster listmacs'),
          ')',
        )
      : table(['switch', 'port', 'MAC address', 'node', '', '#told'], seen),
  )
}

/** @param {{ heads: any[], due: any[] }} data */
export function showDoctor({ heads, due }) {
  const all = heads.flatMap(({ findings }) => findings)
  badge('doctor-count', all.filter(({ state }) => state === 'wrong').length)
  const parts = heads.flatMap(({ head, time, findings }) => {
    const order = ['wrong', 'warning', 'fine']
    const sorted = findings.toSorted(
      (/** @type {any} */ a, /** @type {any} */ b) => order.indexOf(a.state) - order.indexOf(b.state),
    )
    const rows = sorted.map((/** @type {any} */ { check, state, seen, fix }) => [
      el('span', { class: { wrong: 'bad', warning: 'warn' }[/** @type {string} */ (state)] }, state),
      check,
      el('span', {}, seen, fix === null ? null : el('div', {}, mended(fix))),
    ])
    const when = el('small', {}, `looked at ${span(ageOf(time))} ago, ${clock(time)}`)
    const old =
      ageOf(time) > 900
        ? [el('p', { class: 'warn' }, 'That is long ago: ', command('systemctl status luna-doctor.timer'))]
        : []
    return [
      el('h2', {}, `Head ${head} `, when),
      ...old,
      table(['', 'check', 'seen, and what mends it'], rows),
    ]
  })
  const none = el(
    'p',
    {},
    'No head was looked at yet: ',
    command('systemctl start luna-doctor.timer'),
    ' has root look every five minutes.',
  )
  const dues = due.map(({ command: text, why }) => [command(text), why])
  byId('doctor').replaceChildren(
    el('h2', {}, 'Due'),
    dues.length === 0
      ? el(
          'p',
          { class: 'quiet' },
          heads.length === 0 ? 'not known' : 'nothing: all files are what the database says',
        )
      : table(['to be given', 'why'], dues),
    ...(heads.length === 0 ? [none] : parts),
  )
}

/** @param {string} id @param {number} count */
function badge(id, count) {
  byId(id).hidden = count === 0
  byId(id).textContent = String(count)
}
