// What services had to say, as the journal of systemd has it (journalctl(1)).
import { run } from '../run.ts'

/**
 * The last line of a unit in the last hour that has the text in it, of any case; null where there is none,
 * or no journal that this user may read.
 */
export async function lastInJournal(unit: string, text: string): Promise<string | null> {
  const which = ['--unit', unit, '--since', '-1h', '--lines', '500', '--output', 'cat', '--no-pager']
  const ran = await run('journalctl', ['--quiet', ...which], { timeout: 3000, allowFailure: true }).catch(
    () => undefined,
  )
  const lines = ran?.status === 0 ? ran.stdout.split('\n') : []
  const wanted = text.toLowerCase()
  return (
    lines
      .findLast((line) => line.toLowerCase().includes(wanted))
      ?.trim()
      .slice(0, 200) ?? null
  )
}
