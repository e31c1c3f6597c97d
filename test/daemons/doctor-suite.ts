// A head of real daemons that a suite of `luna doctor` breaks one thing of after the other.
import { DoctorHead, programs } from './doctor-head.ts'
import { lacking } from './namespace.ts'
import { skipUnless } from './skip.ts'

/** One head for all tests of a suite, which needs the daemons. Call it inside `describe`. */
export function useDoctorHead(): DoctorHead {
  const head = new DoctorHead()
  before(async function () {
    skipUnless(this, lacking(programs))
    await head.build()
  })
  after(() => head.remove())
  return head
}
