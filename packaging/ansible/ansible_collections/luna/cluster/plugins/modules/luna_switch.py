#!/usr/bin/python
"""A switch of Luna."""

DOCUMENTATION = r"""
module: luna_switch
short_description: A switch of Luna
description: A switch of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  network:
    description: Network of its address.
    type: str
  ip:
    description: Its address.
    type: str
  read:
    description: Community for reading.
    type: str
  rw:
    description: Community for writing.
    type: str
  oid:
    description: OID of its table of MAC addresses.
    type: str
"""

EXAMPLES = r"""
- luna.cluster.luna_switch:
    name: sw01
    network: cluster
    ip: 10.30.253.1
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
    network=dict(type="str"),
    ip=dict(type="str"),
    read=dict(type="str", no_log=True),
    rw=dict(type="str", no_log=True),
    oid=dict(type="str"),
)


if __name__ == "__main__":
    ensure("switch", OPTIONS)
