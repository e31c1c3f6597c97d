#!/usr/bin/python
"""A network of Luna."""

DOCUMENTATION = r"""
module: luna_network
short_description: A network of Luna
description: A network of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  network:
    description: Address of the network, such as 10.30.0.0.
    type: str
    aliases: [address]
  prefix:
    description: Length of its prefix.
    type: int
  ns_hostname:
    description: Host name of its name server.
    type: str
  ns_ip:
    description: Address of its name server.
    type: str
  include:
    description: Lines of yours in its zone.
    type: str
  rev_include:
    description: Lines of yours in its reverse zone.
    type: str
"""

EXAMPLES = r"""
- luna.cluster.luna_network:
    name: cluster
    network: 10.30.0.0
    prefix: 16
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
    network=dict(type="str", aliases=["address"]),
    prefix=dict(type="int"),
    ns_hostname=dict(type="str"),
    ns_ip=dict(type="str"),
    include=dict(type="str"),
    rev_include=dict(type="str"),
)

FIELDS = dict(network="NETWORK", prefix="PREFIX")


if __name__ == "__main__":
    ensure("network", OPTIONS, fields=FIELDS)
