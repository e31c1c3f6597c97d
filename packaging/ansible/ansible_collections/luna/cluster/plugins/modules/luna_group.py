#!/usr/bin/python
"""A group of Luna."""

DOCUMENTATION = r"""
module: luna_group
short_description: A group of Luna
description: A group of Luna, as C(luna apply) makes it.
extends_documentation_fragment: luna.cluster.luna
options:
  osimage:
    description: Image that its nodes run.
    type: str
  bmcsetup:
    description: Setup of the BMCs.
    type: str
  domain:
    description: Network that gives the DNS domain.
    type: str
  prescript:
    description: Script that runs before anything else of the installation.
    type: str
  partscript:
    description: Script that makes and mounts file systems.
    type: str
  postscript:
    description: Script that runs when the image is unpacked and configured.
    type: str
  torrent_if:
    description: Interface that the torrent client uses.
    type: str
  interfaces:
    description: All its interfaces by name, each with the name of its IPv4 network, or a map of ipv4, ipv6 and params.
    type: dict
"""

EXAMPLES = r"""
- luna.cluster.luna_group:
    name: compute
    osimage: compute
    interfaces:
      BOOTIF: cluster
      BMC: {ipv4: ipmi}
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
    osimage=dict(type="str"),
    bmcsetup=dict(type="str"),
    domain=dict(type="str"),
    prescript=dict(type="str"),
    partscript=dict(type="str"),
    postscript=dict(type="str"),
    torrent_if=dict(type="str"),
    interfaces=dict(type="dict"),
)


def complete(document):
    """A name in place of a map is that of the IPv4 network."""
    interfaces = document.get("interfaces")
    if interfaces is None:
        return document
    maps = dict((name, one if isinstance(one, dict) else dict(ipv4=one)) for name, one in interfaces.items())
    return dict(document, interfaces=maps)


if __name__ == "__main__":
    ensure("group", OPTIONS, complete=complete)
