// Asks its leader all that there is, and tells what came.
import { LunaError, sentence } from '../../lib/error.ts'
import { leader } from '../../lib/web/asked.ts'

async function taken<T>(asked: Promise<T>): Promise<T | readonly [string, string]> {
  return await asked.catch((error: unknown) => [
    error instanceof LunaError ? error.code : '',
    sentence(error),
  ])
}

const tagOf = async (since?: string) => (await leader.nodes(since)).tag
const tags = [undefined, ...Array.from({ length: 20 }, (_, at) => String(at))].map((since) =>
  taken(tagOf(since)),
)
const [metrics, steps] = [await taken(leader.metrics()), await taken(leader.steps())]
process.send?.({ metrics, steps, tags: await Promise.all(tags) })
