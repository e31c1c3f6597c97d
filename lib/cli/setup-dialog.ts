// What luna setup asks on a terminal: what the command line left open, and whether it shall begin.
import { LunaError, sentence } from '../error.ts'
import type { Found } from '../task/setup/found.ts'
import { checkAnswer, nextQuestion } from '../task/setup/questions.ts'
import { lineOf, type Step } from '../task/setup/step.ts'
import type { Answers } from '../task/setup/wish.ts'
import { askFor, isTerminal } from './ask.ts'
import type { Context } from './command.ts'

/** The answers with those to all questions that are open; as given where nobody can be asked. */
export async function askForRest(
  context: Context,
  found: Found,
  given: Answers,
): Promise<{ readonly answers: Answers; readonly asked: boolean }> {
  let answers = given
  let asked = false
  if (!isTerminal()) return { answers, asked }
  for (let next = nextQuestion(found, answers); next; next = nextQuestion(found, answers)) {
    const typed = await askFor(next.text, next.proposal, context.signal)
    const more = { ...answers, [next.about]: typed }
    asked = true
    try {
      checkAnswer(found, more, next.about)
      answers = more
    } catch (error) {
      if (!(error instanceof LunaError)) throw error
      context.log.error(sentence(error))
    }
  }
  return { answers, asked }
}

/** Shows what is going to be done, and asks. */
export async function agrees({ log, signal }: Context, steps: readonly Step[]): Promise<boolean> {
  for (const step of steps) log.info(lineOf(step))
  return /^y(es)?$/i.test(await askFor('Do this, y or n', 'y', signal))
}
