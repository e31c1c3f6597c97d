#!/usr/bin/python
"""Another device of Luna."""

DOCUMENTATION = r"""
module: luna_otherdev
short_description: Another device of Luna
description: Another device of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  connected:
    description: All its addresses, by the names of their networks.
    type: dict
"""

EXAMPLES = r"""
- luna.cluster.luna_otherdev:
    name: pdu01
    connected: {cluster: 10.30.252.1}
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
    connected=dict(type="dict"),
)


if __name__ == "__main__":
    ensure("otherdev", OPTIONS)
