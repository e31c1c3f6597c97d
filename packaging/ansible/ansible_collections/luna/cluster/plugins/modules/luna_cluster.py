#!/usr/bin/python
"""The cluster of Luna itself."""

DOCUMENTATION = r"""
module: luna_cluster
short_description: The cluster of Luna
description: Makes the cluster where there is none, and changes what is given. It does not delete one.
author: The developers of Luna
options:
  frontend_address:
    description: The address that nodes reach the cluster at; required where there is no cluster yet.
    type: str
  nodeprefix:
    description: What automatic node names begin with.
    type: str
  nodedigits:
    description: How many digits automatic node names have.
    type: int
  user:
    description: The system user that the services run as.
    type: str
  path:
    description: Where boot files, torrents and templates are.
    type: path
  frontend_port:
    description: The port that nginx listens on.
    type: int
  frontend_https:
    description: Nodes use https.
    type: bool
  server_port:
    description: The loopback port of lweb; 0 is its unix socket.
    type: int
  tracker_interval:
    description: Seconds between announces of a torrent client.
    type: int
  tracker_min_interval:
    description: Seconds that a torrent client waits at least.
    type: int
  tracker_maxpeers:
    description: The most peers that one announce may ask for.
    type: int
  lweb_num_proc:
    description: Web workers; 0 is one per processor.
    type: int
  cluster_ips:
    description: Addresses of all heads, separated by commas, when there are several.
    type: str
  named_include_file:
    description: The file that named.conf includes.
    type: path
  named_zone_dir:
    description: Where zone files go.
    type: path
notes:
  - Runs C(luna) on the active head, as a user who may write to its database.
attributes:
  check_mode:
    description: Says what would be changed, and changes nothing.
    support: full
"""

EXAMPLES = r"""
- luna.cluster.luna_cluster:
    frontend_address: 10.30.255.254
"""

RETURN = r"""
differences:
  description: The names of the fields that differed.
  type: list
  elements: str
  returned: always
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.luna.cluster.plugins.module_utils.luna import ask, run

AT_FIRST = ["frontend_address", "nodeprefix", "nodedigits", "user", "path"]

OPTIONS = dict(
    frontend_address=dict(type="str"),
    nodeprefix=dict(type="str"),
    nodedigits=dict(type="int"),
    user=dict(type="str"),
    path=dict(type="path"),
    frontend_port=dict(type="int"),
    frontend_https=dict(type="bool"),
    server_port=dict(type="int"),
    tracker_interval=dict(type="int"),
    tracker_min_interval=dict(type="int"),
    tracker_maxpeers=dict(type="int"),
    lweb_num_proc=dict(type="int"),
    cluster_ips=dict(type="str"),
    named_include_file=dict(type="path"),
    named_zone_dir=dict(type="path"),
)


def arguments(wanted):
    words = []
    for name in sorted(wanted):
        value = wanted[name]
        words.append("--%s=%s" % (name, ("y" if value else "n") if isinstance(value, bool) else value))
    return words


def main():
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    wanted = dict((name, value) for name, value in module.params.items() if value is not None)
    status, output, _errors = ask(module, ["cluster", "show", "--json"])
    if status != 0:
        if "frontend_address" not in wanted:
            # Whatever the trouble is, luna tells it.
            run(module, ["cluster", "show", "--json"])
        if module.check_mode:
            module.exit_json(changed=True, differences=sorted(wanted))
        first = dict((name, wanted[name]) for name in AT_FIRST if name in wanted)
        run(module, ["cluster", "init"] + arguments(first))
        output = run(module, ["cluster", "show", "--json"])
    now = json.loads(output)
    different = dict((name, value) for name, value in wanted.items() if (now.get(name) or "") != (value or ""))
    if different:
        dry = ["--dry-run"] if module.check_mode else []
        run(module, ["cluster", "change", "--yes"] + dry + arguments(different))
    module.exit_json(changed=status != 0 or bool(different), differences=sorted(different))


if __name__ == "__main__":
    main()
