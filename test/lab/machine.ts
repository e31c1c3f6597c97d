// Turns the namespaces that `enter` made into a machine of its own: places that Luna and
// its daemons write to are fresh and in memory, there is a user "luna", and the image of
// the nodes is a copy on write of the cached one.

import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../../lib/host/run.ts'
import { type Image, takeOut } from './image.ts'

/** Where the lab keeps what it makes; private, because /mnt is the lab's own. */
export const labFolder = '/mnt/luna-lab'

/** The folders of one lab. */
export const places = {
  cluster: join(labFolder, 'luna'),
  image: join(labFolder, 'luna/os/compute'),
  logs: join(labFolder, 'log'),
  nginxLogs: join(labFolder, 'log/nginx'),
  vms: join(labFolder, 'vm'),
  bin: join(labFolder, 'bin'),
  tftp: join(labFolder, 'tftpboot'),
  conf: join(labFolder, 'luna.conf'),
  store: join(labFolder, 'store/luna.db'),
}

/** Makes this mount namespace the lab's machine, a head among the rest. */
export async function makeMachine(image: Image): Promise<void> {
  await makeRoom()
  for (const folder of [places.bin, places.tftp, '/run/luna', '/run/lock', '/run/named', places.nginxLogs])
    await mkdir(folder, { recursive: true, mode: 0o755 })
  await run('mount', ['--bind', places.nginxLogs, '/var/log/nginx'])
  for (const folder of written) await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'lab', folder])
  await addUser('luna')
  // RuntimeDirectory= and StateDirectory= of the units
  await mkdir(dirname(places.store))
  await run('chown', ['luna:luna', '/run/luna', dirname(places.store)])
  await makeClusterFolder(image)
}

/**
 * Room for the nodes alone, whose head is somewhere else. Logs go to the folder LUNA_LAB_LOGS where that is
 * set, and stay there.
 */
export async function makeRoom(): Promise<void> {
  for (const folder of ['/run', '/mnt']) await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'lab', folder])
  for (const folder of [places.logs, places.vms]) await mkdir(folder, { recursive: true, mode: 0o755 })
  const kept = process.env.LUNA_LAB_LOGS
  if (kept) await run('mount', ['--bind', kept, places.logs])
}

// What Debian's packages made and their daemons or Luna write to.
const written = ['/etc/dhcp', '/var/lib/dhcp', '/etc/nginx/conf.d', '/var/cache/bind']

async function makeClusterFolder(image: Image): Promise<void> {
  for (const folder of ['boot', 'torrents', 'templates'])
    await mkdir(join(places.cluster, folder), { recursive: true })
  await layImage(image, places.image)
  for (const folder of ['', 'boot', 'torrents', 'templates', 'os'])
    await run('chown', ['luna:luna', join(places.cluster, folder)])
}

/** Lays a copy on write of the image at that place: what is changed there is in memory. */
export async function layImage({ root, client }: Image, place: string): Promise<void> {
  const changes = join(labFolder, 'image', place)
  const [upper, work] = [join(changes, 'upper'), join(changes, 'work')]
  for (const folder of [upper, work, place]) await mkdir(folder, { recursive: true })
  const layers = `lowerdir=${root},upperdir=${upper},workdir=${work}`
  await run('mount', ['-t', 'overlay', '-o', layers, 'image', place])
  if (client) await takeOut(place, client)
}

/** A system user that only this mount namespace knows, if the machine has none of that name. */
async function addUser(name: string): Promise<void> {
  const found = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .some((line) => line.startsWith(`${name}:`))
  if (found) return
  await coverFile('/etc/passwd', `${name}:x:${userId}:${userId}::${places.cluster}:/usr/sbin/nologin\n`)
  await coverFile('/etc/group', `${name}:x:${userId}:\n`)
}

const userId = 64_700

async function coverFile(path: string, addition: string): Promise<void> {
  const copy = join(labFolder, path.replaceAll('/', '-'))
  await copyFile(path, copy)
  await appendFile(copy, addition)
  await run('mount', ['--bind', copy, path])
}
