// The boots of a lab as a picture: a bar per node, a colour per phase, seconds below; and as figures.
import type { Boot } from './boot.ts'
import { type Lap, meaning, owner, type Phase, phases } from './phases.ts'

export interface Timeline {
  readonly node: string
  readonly firmware: string
  /** Without the last phase, which has no end. */
  readonly laps: readonly Lap[]
}

/** What is known of boots that are over. */
export function timelineOf({ vm, progress }: Boot): Timeline {
  const laps = progress.laps(progress.since).filter(({ phase }) => phase !== 'up')
  return { node: vm.spec.name, firmware: vm.spec.firmware, laps }
}

/** The part of a boot's time, 0..1, in which Luna is at work: what is not firmware, kernel or systemd. */
export function ownShare({ laps }: Timeline): number {
  const seconds = (some: readonly Lap[]) => some.reduce((sum, lap) => sum + lap.seconds, 0)
  const all = seconds(laps)
  return all > 0 ? seconds(laps.filter(({ phase }) => owner[phase] === 'Luna')) / all : 0
}

const colours: Readonly<Record<Phase, string>> = {
  firmware: '#9e9e9e',
  pxe: '#bdbdbd',
  ipxe: '#757575',
  menu: '#ffca28',
  loading: '#ffa726',
  kernel: '#90a4ae',
  initramfs: '#66bb6a',
  install: '#26a69a',
  download: '#42a5f5',
  unpack: '#7e57c2',
  finish: '#ec407a',
  system: '#78909c',
  up: '#ffffff',
}

const [left, width, barHeight, rowHeight, top] = [90, 800, 22, 34, 20]

/** An SVG picture (SVG 1.1). */
export function drawTimelines(timelines: readonly Timeline[]): string {
  const longest = Math.max(1, ...timelines.flatMap(({ laps }) => laps.map((lap) => lap.start + lap.seconds)))
  const x = (seconds: number) => (left + (seconds / longest) * width).toFixed(1)
  const axis = top + timelines.length * rowHeight
  const seen = phases.filter((phase) => timelines.some(({ laps }) => laps.some((lap) => lap.phase === phase)))
  const height = axis + 50 + Math.ceil(seen.length / 2) * 20
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 130}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...timelines.flatMap((one, row) => bar(one, top + row * rowHeight, x)),
    ...ticks(longest).map((at) => tick(at, x(at), axis)),
    ...seen.map((phase, at) => legend(phase, left + (at % 2) * 420, axis + 45 + Math.floor(at / 2) * 20)),
    '</svg>',
    '',
  ].join('\n')
}

function bar(one: Timeline, y: number, x: (seconds: number) => string): string[] {
  const end = Math.max(0, ...one.laps.map((lap) => lap.start + lap.seconds))
  const share = `${end.toFixed(1)} s, Luna ${(100 * ownShare(one)).toFixed(0)} %`
  return [
    text(8, y + 15, one.node),
    ...one.laps.map(({ phase, start, seconds }) => {
      const size = `width="${(Number(x(start + seconds)) - Number(x(start))).toFixed(1)}" height="${barHeight}"`
      const title = `<title>${escaped(`${phase}: ${seconds.toFixed(1)} s (${meaning[phase]})`)}</title>`
      return `<rect x="${x(start)}" y="${y}" ${size} fill="${colours[phase]}">${title}</rect>`
    }),
    text(Number(x(end)) + 6, y + 15, share),
  ]
}

/** Round numbers of seconds, about ten of them. */
function ticks(longest: number): number[] {
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300].find((seconds) => longest / seconds <= 12) ?? 600
  return Array.from({ length: Math.floor(longest / step) + 1 }, (_, at) => at * step)
}

function tick(seconds: number, x: string, y: number): string {
  return `<line x1="${x}" y1="${top - 6}" x2="${x}" y2="${y}" stroke="#ddd"/>${text(Number(x), y + 14, `${seconds} s`)}`
}

function legend(phase: Phase, x: number, y: number): string {
  const words = `${phase}: ${meaning[phase]}${owner[phase] === 'Luna' ? ' (Luna)' : ''}`
  return `<rect x="${x}" y="${y - 11}" width="14" height="14" fill="${colours[phase]}"/>${text(x + 20, y, words)}`
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x}" y="${y}">${escaped(words)}</text>`
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
