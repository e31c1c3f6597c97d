// What it costs to write boots down: the statuses that one worker takes with and without it, in turns.
import { type Bench, figure, median, type Place, ratio, type Table } from './bench.ts'
import { type Stage, stages } from './stage.ts'
import { fillNodes, type Loaded, nameOf, startWeb } from './web-stage.ts'

export const bench: Bench = {
  about: 'statuses of nodes with their boots written down, beside the same without',
  limit: 900,
  network: 'host',
  run: async (place) => {
    const rows: string[][] = []
    for (const stage of await stages(place)) rows.push(...(await measure(place, stage)))
    return [table(rows)]
  },
}

const nodes = Number(process.env.LUNA_BENCH_NODES ?? 5000)
const seconds = Number(process.env.LUNA_BENCH_SECONDS ?? 3)
const rounds = 3
const steps = ['prescript', 'partscript', 'download', 'unpack', 'setnet', 'postscript', 'success']

async function measure(place: Place, stage: Stage): Promise<string[][]> {
  await fillNodes(stage, nodes)
  const web = await startWeb(place, stage, ['luna', 'recording'])
  const paths = steps.flatMap((step) =>
    Array.from(
      { length: nodes },
      (_, at) => `/luna?step=install&node=${nameOf(at + 1)}&status=install.${step}`,
    ),
  )
  const loaded: Record<'luna' | 'recording', Loaded[]> = { luna: [], recording: [] }
  for (let round = 0; round < rounds; round++)
    for (const mode of ['luna', 'recording'] as const) {
      place.say(`  ${stage.store}: ${mode}`)
      loaded[mode].push(await web.load(mode, { paths, seconds, connections: 32 }))
    }
  const [without, rate] = [middle(loaded.luna), middle(loaded.recording)]
  return [
    [stage.store, 'no', figure(without), '', errorsOf(loaded.luna)],
    [stage.store, 'yes', figure(rate), ratio(rate, without), errorsOf(loaded.recording)],
  ]
}

function middle(loaded: readonly Loaded[]): number {
  return median(loaded.map(({ requests, seconds: took }) => requests / took))
}

function errorsOf(loaded: readonly Loaded[]): string {
  return String(loaded.reduce((sum, { errors }) => sum + errors, 0))
}

function table(rows: readonly string[][]): Table {
  return {
    title: `Writing boots down, ${nodes} nodes`,
    columns: ['store', 'boots written down', 'statuses/s', 'to those without', 'errors'],
    rows,
    notes: [`Rounds of ${seconds} s in turns; of ${rounds} the one with the middle figure.`],
  }
}
