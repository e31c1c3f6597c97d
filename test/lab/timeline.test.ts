import assert from 'node:assert/strict'
import { drawTimelines, ownShare, type Timeline } from './timeline.ts'

const boot: Timeline = {
  node: 'node001',
  firmware: 'bios',
  laps: [
    { phase: 'firmware', start: 0, seconds: 5 },
    { phase: 'menu', start: 5, seconds: 1 },
    { phase: 'kernel', start: 6, seconds: 4 },
    { phase: 'download', start: 10, seconds: 4 },
    { phase: 'system', start: 14, seconds: 6 },
  ],
}

describe('ownShare', () => {
  it('counts what is neither firmware nor kernel nor the system itself', () => {
    assert.equal(ownShare(boot), 0.25)
  })
  it('is nothing where nothing was seen', () => {
    assert.equal(ownShare({ ...boot, laps: [] }), 0)
  })
})

describe('drawTimelines', () => {
  it('draws a bar as long as each phase took', () => {
    const svg = drawTimelines([boot])
    const widths = [...svg.matchAll(/width="([\d.]+)" height="22"/g)].map(([, width]) => Number(width))
    assert.deepEqual(widths, [200, 40, 160, 160, 240])
  })
  it('says how long it took, and what Luna had of it', () => {
    assert.match(drawTimelines([boot]), />20\.0 s, Luna 25 %</)
  })
  it('explains the phases that were seen, and no others', () => {
    const svg = drawTimelines([boot])
    assert.match(svg, />download: /)
    assert.doesNotMatch(svg, />unpack: /)
  })
  it('escapes what stands in it', () => {
    assert.match(drawTimelines([{ ...boot, node: '<&>' }]), />&lt;&amp;&gt;</)
  })
})
