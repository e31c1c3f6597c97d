// The boots of a node, and one of them as a timeline.
import { bytesText, lengthText } from '../../object/record/duration.ts'
import type { ListedBoot, Timeline } from '../../task/record/history.ts'
import { shown, table } from './table.ts'

export function bootsTable(boots: readonly ListedBoot[]): string {
  const titles = ['boot', 'began', 'to its last step', 'outcome', 'last step', 'image', 'error']
  const rows = boots.map(({ boot, began, seconds, outcome, last, image, error }) => [
    String(boot),
    clock(began),
    lengthText(seconds),
    outcome,
    last,
    image ?? '-',
    error ?? '',
  ])
  return table(titles, rows)
}

export function timelineText(name: string, boot: Timeline): string {
  const rows = boot.steps.map(({ step, time, seconds, share, median, slow, bytes, rate }) => [
    bytes === null ? step : `${step} (${fetchedText(bytes, rate)})`,
    clock(time),
    seconds === null ? '-' : lengthText(seconds),
    share === null ? '-' : `${share} %`,
    median === null ? '-' : lengthText(median),
    slow ? 'slow' : '',
  ])
  const lines = boot.lines.map((line) => `  ${shown(line)}\n`).join('')
  return [
    `boot ${boot.boot} of ${name}: ${boot.outcome}${boot.error ? `, ${shown(boot.error)}` : ''}\n`,
    `${askedText(boot)}\n`,
    table(['step', 'at', 'took', 'share', 'group takes', ''], rows),
    boot.upSeconds === null ? '' : `the system took ${lengthText(boot.upSeconds)} to start\n`,
    lines && `what failed had to say:\n${lines}`,
  ].join('')
}

function fetchedText(bytes: number, rate: number | null): string {
  return rate === null ? bytesText(bytes) : `${bytesText(bytes)}, ${bytesText(rate)}/s`
}

const recognised: Readonly<Record<string, string>> = {
  mac: 'known by its MAC address',
  port: 'known by its switch port',
  hand: 'chosen at the menu',
}

function askedText({ image, kernel, address, mac, by, at }: Timeline): string {
  const who = [address, mac].filter((one) => one !== null).join(', ') || 'nobody known'
  const how = by === null ? '' : `, ${recognised[by] ?? by}${at === null ? '' : ` (${at})`}`
  return `asked by ${who}${how}; image ${image ?? '-'}${kernel === null ? '' : `, kernel ${kernel}`}`
}

/** The time of day here, to the second: `2026-03-04 05:06:07`. */
export function clock(iso: string): string {
  const time = new Date(iso)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}
