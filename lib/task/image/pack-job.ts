// What the two halves of a pack (kernel with initramfs, tarball with torrent) are given,
// and what they give back.
import type { Move } from '../../host/publish.ts'
import type { Owner } from '../../host/user.ts'
import type { Cluster } from '../../object/cluster.ts'
import type { Change } from '../../object/objects.ts'
import type { Osimage } from '../../object/osimage.ts'
import type { Tree } from './tree.ts'

/** How far it is. `done` and `total` are bytes, where they are known. */
export interface PackProgress {
  readonly phase: 'tarball' | 'torrent' | 'initramfs' | 'publish' | 'sync'
  readonly done?: number
  readonly total?: number
  /** What the program that is at work says. */
  readonly detail?: string
}

export interface PackOptions {
  readonly progress?: (at: PackProgress) => void
  readonly signal?: AbortSignal
}

/** The fields of an image that a pack gives new values. */
export type PackChange = Pick<Change<'osimage'>, 'tarball' | 'torrent' | 'kernfile' | 'initrdfile'>

/** What was made of one half: fields to set, and where the drafts go. */
export interface Drafts {
  readonly change: PackChange
  readonly moves: readonly Move[]
  readonly excluded: readonly string[]
  /** What nodes may miss. */
  readonly warnings: readonly string[]
}

/** What the makers of both halves need. */
export interface PackJob extends PackOptions {
  readonly cluster: Cluster
  readonly image: Osimage
  readonly tree: Tree
  /**
   * Where files go, and an empty directory of root's own in it for drafts: paths of a directory that is held
   * open. `shown` is what people call it.
   */
  readonly folder: string
  readonly drafts: string
  readonly shown: string
  readonly owner: Owner
  /** Boot files of other images. */
  readonly taken: ReadonlySet<string>
  /** The initramfs is made in the same run. */
  readonly newInitramfs: boolean
}
