// What luna setup asks on a terminal: what the command line left open, and whether it shall begin.
import { LunaError, sentence } from '../error.ts'
import type { Found } from '../task/setup/found.ts'
import { checkAnswer, nextQuestion } from '../task/setup/questions.ts'
import { lineOf, type Step } from '../task/setup/step.ts'
import type { Answers } from '../task/setup/wish.ts'
import type { Context } from './command.ts'
import type { Dialog } from './dialog.ts'

/** The answers with those to all questions that are open. */
export async function askForRest(
  { log }: Pick<Context, 'log'>,
  dialog: Dialog,
  found: Found,
  given: Answers,
): Promise<Answers> {
  let answers = given
  for (let next = nextQuestion(found, answers); next; next = nextQuestion(found, answers)) {
    const more = { ...answers, [next.about]: await dialog.ask(next.text, next.proposal) }
    try {
      checkAnswer(found, more, next.about)
      answers = more
    } catch (error) {
      if (!(error instanceof LunaError)) throw error
      log.error(sentence(error))
    }
  }
  return answers
}

/** Shows what is going to be done, and asks. */
export async function agrees(
  { log }: Pick<Context, 'log'>,
  dialog: Dialog,
  steps: readonly Step[],
): Promise<boolean> {
  for (const step of steps) log.info(lineOf(step))
  return /^y(es)?$/i.test(await dialog.ask('Do this, y or n', 'y'))
}
