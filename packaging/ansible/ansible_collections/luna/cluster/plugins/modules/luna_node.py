#!/usr/bin/python
"""A node of Luna."""

DOCUMENTATION = r"""
module: luna_node
short_description: A node of Luna
description: A node of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  group:
    description: Group that the node belongs to.
    type: str
  mac:
    description: MAC address of its boot card; empty for none.
    type: str
  also:
    description: MAC addresses of its further boot cards, all of them.
    type: list
    elements: str
  switch:
    description: Switch that it is plugged into.
    type: str
  port:
    description: Port of that switch.
    type: str
  interfaces:
    description: Addresses by the names of interfaces; a new node gets the next free one where none is given.
    type: dict
  localboot:
    description: Boot from the local disk.
    type: bool
  setupbmc:
    description: Set up the BMC at installation.
    type: bool
  service:
    description: Stop in the initramfs.
    type: bool
"""

EXAMPLES = r"""
- luna.cluster.luna_node:
    name: node001
    group: compute
    mac: 52:54:00:00:00:01
    interfaces: {BOOTIF: 10.30.0.1}
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
    group=dict(type="str"),
    mac=dict(type="str"),
    also=dict(type="list", elements="str"),
    switch=dict(type="str"),
    port=dict(type="str"),
    interfaces=dict(type="dict"),
    localboot=dict(type="bool"),
    setupbmc=dict(type="bool"),
    service=dict(type="bool"),
)


if __name__ == "__main__":
    ensure("node", OPTIONS)
