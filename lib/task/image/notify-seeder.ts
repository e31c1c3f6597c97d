// After an image is packed: the seeder of this head looks at once.
import { sentence } from '../../error.ts'
import { signalDaemon } from '../../host/daemon/control.ts'
import type { Cluster } from '../../object/cluster.ts'
import { newNotes, type Outcome } from '../outcome.ts'

/** The image is packed whatever comes of this: a seeder that cannot be told is a warning. */
export async function notifySeeder(cluster: Cluster): Promise<Outcome> {
  const notes = newNotes()
  try {
    const pid = await signalDaemon(cluster.torrent_pidfile ?? '', 'ltorrent', 'SIGHUP')
    if (!pid)
      notes.warnings.push(
        'ltorrent does not run: nodes get the image by HTTP only (systemctl start ltorrent)',
      )
  } catch (error) {
    notes.warnings.push(sentence(error))
  }
  return notes
}
