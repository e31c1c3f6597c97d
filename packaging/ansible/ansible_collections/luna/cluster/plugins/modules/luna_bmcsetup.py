#!/usr/bin/python
"""A BMC setup of Luna."""

DOCUMENTATION = r"""
module: luna_bmcsetup
short_description: A BMC setup of Luna
description: A BMC setup of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  user:
    description: User of the BMC.
    type: str
  password:
    description: Its password.
    type: str
  userid:
    description: Number of the user.
    type: int
  netchannel:
    description: Channel of the network.
    type: int
  mgmtchannel:
    description: Channel of the management.
    type: int
  protocol:
    description: How BMCs are talked to.
    type: str
    choices: [ipmi, redfish, auto]
"""

EXAMPLES = r"""
- luna.cluster.luna_bmcsetup:
    name: base
    password: "{{ vault_bmc }}"
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
    user=dict(type="str"),
    password=dict(type="str", no_log=True),
    userid=dict(type="int"),
    netchannel=dict(type="int"),
    mgmtchannel=dict(type="int"),
    protocol=dict(type="str", choices=["ipmi", "redfish", "auto"]),
)


if __name__ == "__main__":
    ensure("bmcsetup", OPTIONS)
