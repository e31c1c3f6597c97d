// The stage of the tests of heads with the package: the network of the nodes, with the image that they run.
import { buildRoom, type Room } from '../../lab/scene.ts'

let built: Room | undefined

export function room(): Room {
  if (!built) throw new Error('the stage is built by a hook of mocha: run "npm run test:head"')
  return built
}

export const mochaHooks = {
  async beforeAll(): Promise<void> {
    built = await buildRoom((line) => console.log(`  ${line}`))
  },

  async afterAll(): Promise<void> {
    await built?.services.stopAll()
  },
}
