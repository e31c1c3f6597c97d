// All kinds of objects in one place: their field tables and their types by name.
import { type Bmcsetup, bmcsetupFields } from './bmcsetup.ts'
import { type Cluster, clusterFields } from './cluster.ts'
import type { FieldTable, Kind } from './field.ts'
import { type Group, groupFields } from './group.ts'
import { type Network, networkFields } from './network.ts'
import { type Node, nodeFields } from './node.ts'
import { type Osimage, osimageFields } from './osimage.ts'
import { type Otherdev, otherdevFields } from './otherdev.ts'
import { type Switch, switchFields } from './switch.ts'

export interface Objects {
  cluster: Cluster
  osimage: Osimage
  bmcsetup: Bmcsetup
  network: Network
  group: Group
  node: Node
  switch: Switch
  otherdev: Otherdev
}

export const fieldsOf = {
  cluster: clusterFields,
  osimage: osimageFields,
  bmcsetup: bmcsetupFields,
  network: networkFields,
  group: groupFields,
  node: nodeFields,
  switch: switchFields,
  otherdev: otherdevFields,
} satisfies Record<Kind, FieldTable>

/** A new object: every field of its kind that is not left at its default. */
export type New<K extends Kind> = Partial<Omit<Objects[K], 'id'>> & { readonly name: string }

/** A change to an object: the fields that get another value. */
export type Change<K extends Kind> = Partial<Omit<Objects[K], 'id'>>
