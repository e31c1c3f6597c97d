// A folder for network files of a test, written and read in it.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../install-script.ts'
import type { Way } from './cases.ts'
import { missing, read } from './readers.ts'
import type { Reading } from './reading.ts'
import { writeNetwork } from './write.ts'

export interface SceneFiles {
  folder: string
  /** What was said when they were written. */
  output: string
  /**
   * Writes interfaces, ifcfg text by name, and has them read; the reader has nothing to complain of. The test
   * is skipped where there is no reader.
   */
  readBack(test: Mocha.Context, way: Way, files: Readonly<Record<string, string>>): Reading
}

/** Call it inside `describe`. */
export function useSceneFiles(): SceneFiles {
  const scene: SceneFiles = {
    folder: '',
    output: '',
    readBack(test, way, files) {
      if (missing(way) !== '') test.skip()
      scene.output = writeNetwork(scene.folder, way, files)
      const reading = read[way](join(scene.folder, 'root'))
      assert.deepEqual(reading.complaints, [])
      return reading
    },
  }
  beforeEach(() => {
    scene.folder = temporaryFolder()
  })
  afterEach(() => {
    rmSync(scene.folder, { recursive: true })
  })
  return scene
}
