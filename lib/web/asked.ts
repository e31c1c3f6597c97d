// What workers ask the leader: what it has counted, and where nodes are, which it alone keeps in memory.
import { type Code, LunaError, sentence } from '../error.ts'
import type { StepCounts } from '../task/page/figures.ts'
import type { PageAnswer } from '../task/page/nodes.ts'
import { sendToLeader } from './send.ts'

/** What the leader answers to. */
export interface Leader {
  /** What it has counted, in the text format of Prometheus. */
  metrics(): Promise<string>
  /** How many nodes are at which step. */
  steps(): Promise<StepCounts>
  /** What changed of the nodes since the answer with that tag, or all of them. */
  nodes(since?: string): Promise<PageAnswer>
}

/** The message of a worker, and the answer of the leader to it. */
interface Question {
  readonly asked: number
  readonly what: keyof Leader
  readonly since: string | undefined
}
interface Answer {
  readonly answers: number
  readonly given?: unknown
  readonly trouble?: {
    readonly code: Code
    readonly message: string
    readonly why?: string
    readonly fix: string
  }
}

// A leader that takes longer has hung, in milliseconds: reading ten thousand nodes may take a few seconds.
const patience = 12_000

interface Waiting {
  readonly timer: NodeJS.Timeout
  resolve(given: unknown): void
  reject(error: unknown): void
}

const waiting = new Map<number, Waiting>()
let asked = 0

/** The leader as its workers have it. Rejects with LunaError `unavailable` when it does not answer. */
export const leader: Leader = {
  metrics: async () => (await ask('metrics')) as string,
  steps: async () => (await ask('steps')) as StepCounts,
  nodes: async (since) => (await ask('nodes', since)) as PageAnswer,
}

async function ask(what: keyof Leader, since?: string): Promise<unknown> {
  if (asked === 0) process.on('message', hear)
  const question: Question = { asked: ++asked, what, since }
  return await new Promise((resolve, reject) => {
    const fix = 'systemctl status lweb'
    const silent = () => {
      waiting.delete(question.asked)
      reject(new LunaError('unavailable', 'the leader of lweb does not answer', { fix }))
    }
    waiting.set(question.asked, { timer: setTimeout(silent, patience), resolve, reject })
    void sendToLeader(question)
  })
}

function hear(message: unknown): void {
  if (!isAnswer(message)) return
  const { answers, given, trouble } = message
  const asking = waiting.get(answers)
  if (!asking) return
  waiting.delete(answers)
  clearTimeout(asking.timer)
  if (trouble) asking.reject(errorOf(trouble))
  else asking.resolve(given)
}

function errorOf({ code, message, why, fix }: NonNullable<Answer['trouble']>): LunaError {
  return new LunaError(code, message, { ...(why !== undefined && { why }), fix })
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'answers' in message
}

export function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'asked' in message && 'what' in message
}

/** The answer to a question. Never rejects: what goes wrong is an answer as well. */
export async function answerTo({ asked: answers, what, since }: Question, from: Leader): Promise<Answer> {
  try {
    return { answers, given: await from[what](since) }
  } catch (error) {
    return { answers, trouble: troubleOf(error) }
  }
}

function troubleOf(error: unknown): NonNullable<Answer['trouble']> {
  if (!(error instanceof LunaError)) return { code: 'internal', message: sentence(error), fix: '' }
  const { code, message, why, fix = '' } = error
  return { code, message, ...(why !== undefined && { why }), fix }
}
