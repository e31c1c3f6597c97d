#!/usr/bin/python
"""An image of Luna."""

DOCUMENTATION = r"""
module: luna_osimage
short_description: An image of Luna
description: An image of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  path:
    description: Root of its tree.
    type: path
  kernver:
    description: Version of the kernel that nodes boot.
    type: str
  kernopts:
    description: Arguments added to the kernel command line.
    type: str
  dracutmodules:
    description: Dracut modules to add, separated by commas.
    type: str
  kernmodules:
    description: Drivers to add, separated by commas.
    type: str
  grab_exclude_list:
    description: Rsync filter of what grab leaves alone.
    type: str
  grab_filesystems:
    description: Mount points that grab copies, separated by commas.
    type: str
"""

EXAMPLES = r"""
- luna.cluster.luna_osimage:
    name: compute
    path: /opt/luna/os/compute
"""

RETURN = r"""
differences:
  description: The fields that differed, each with kind, name, field, from and to.
  type: list
  elements: dict
  returned: always
"""

from ansible_collections.luna.cluster.plugins.module_utils.luna import ensure

OPTIONS = dict(
    path=dict(type="path"),
    kernver=dict(type="str"),
    kernopts=dict(type="str"),
    dracutmodules=dict(type="str"),
    kernmodules=dict(type="str"),
    grab_exclude_list=dict(type="str"),
    grab_filesystems=dict(type="str"),
)


if __name__ == "__main__":
    ensure("osimage", OPTIONS)
