// An OS image: a tree of files on the head, and what was packed from it.
import { field, type ObjectOf } from './field.ts'
import {
  excludeRule,
  kernelOptionsRule,
  kernelVersionRule,
  moduleListRule,
  mountPointsRule,
  pathRule,
} from './given/rule.ts'

export const osimageFields = {
  name: field('name', 'name of the image', ''),
  path: field('text', 'root of its tree', null, { rule: pathRule }),
  kernver: field('text', 'version of the kernel that nodes boot', null, { rule: kernelVersionRule }),
  kernopts: field('text', 'arguments added to the kernel command line', null, { rule: kernelOptionsRule }),
  kernfile: field('text', 'packed kernel, a file of boot/', ''),
  initrdfile: field('text', 'packed initramfs, a file of boot/', ''),
  dracutmodules: field('text', 'dracut modules to add; -NAME leaves one out', 'luna,-i18n,-plymouth', {
    rule: moduleListRule,
  }),
  kernmodules: field('text', 'drivers to add; -NAME leaves one out', 'ipmi_devintf,ipmi_si,ipmi_msghandler', {
    rule: moduleListRule,
  }),
  grab_exclude_list: field('text', 'rsync filter of what grab leaves alone', null, { lines: true }),
  pack_exclude_list: field('text', 'paths that pack leaves out of the tarball', null, {
    later: true,
    lines: true,
    rule: excludeRule,
  }),
  grab_filesystems: field('text', 'mount points that grab copies', '/,/boot', { rule: mountPointsRule }),
  tarball: field('text', 'packed tree, a file of torrents/ without its ending', null, { later: true }),
  torrent: field('text', 'torrent of the packed tree, a file of torrents/ without its ending', null, {
    later: true,
  }),
  compression: field(
    'text',
    'compression of the tarball; auto: zstd where nodes can read it, else gzip',
    null,
    {
      later: true,
      choices: ['gzip', 'zstd', 'auto'],
    },
  ),
  comment: field('text', 'the comment', '', { lines: true }),
}

export type Osimage = ObjectOf<typeof osimageFields>
