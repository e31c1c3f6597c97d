# Reads NetworkManager profiles with libnm, as NetworkManager does, and prints for each file what it
# understood of it, or why it refuses it. usage: read-keyfiles.py FOLDER
import json
import os
import sys

import gi

gi.require_version("NM", "1.0")
from gi.repository import GLib, NM


def read(path):
    file = GLib.KeyFile()
    file.load_from_file(path, GLib.KeyFileFlags.NONE)
    said = []

    def hear(_file, _connection, kind, data, _user):
        if kind == NM.KeyfileHandlerType.WARN:
            said.append(NM.KeyfileHandlerData.warn_get(data)[0])
        return False

    try:
        profile = NM.keyfile_read(file, os.path.dirname(path), NM.KeyfileHandlerFlags.NONE, hear, None)
        profile.normalize({})
        profile.verify()
        return {"said": said, **facts(profile)}
    except GLib.Error as error:
        return {"said": said + [error.message]}


def facts(profile):
    connection = profile.get_setting_connection()
    link = profile.get_setting_by_name("infiniband") or profile.get_setting_wired()
    vlan = profile.get_setting_vlan()
    bond = profile.get_setting_bond()
    bridge = profile.get_setting_bridge()
    options = [bond.get_option(n) for n in range(bond.get_num_options())] if bond else []
    return {
        "type": connection.get_connection_type(),
        "autoconnect": connection.get_autoconnect(),
        "controller": connection.get_master() or "",
        "port": connection.get_slave_type() or "",
        "mtu": link.get_mtu() if link else 0,
        "vlan": "%d %s" % (vlan.get_id(), vlan.get_parent()) if vlan else "",
        "bond": {name: value for _, name, value in options},
        "bridge": {"stp": bridge.get_stp(), "delay": bridge.get_forward_delay()} if bridge else {},
        "ipv4": family(profile.get_setting_ip4_config()),
        "ipv6": family(profile.get_setting_ip6_config()),
    }


def family(ip):
    if ip is None:
        lists = {name: [] for name in ("addresses", "dns", "search", "routes", "onLink")}
        return {"method": "", "gateway": None, **lists}
    addresses = [ip.get_address(n) for n in range(ip.get_num_addresses())]
    routes = [ip.get_route(n) for n in range(ip.get_num_routes())]
    return {
        "method": ip.get_method(),
        "addresses": ["%s/%d" % (one.get_address(), one.get_prefix()) for one in addresses],
        "gateway": ip.get_gateway(),
        "dns": [ip.get_dns(n) for n in range(ip.get_num_dns())],
        "search": [ip.get_dns_search(n) for n in range(ip.get_num_dns_searches())],
        "routes": ["%s/%d %s" % (one.get_dest(), one.get_prefix(), one.get_next_hop()) for one in routes],
        "onLink": [one.get_next_hop() for one in routes if one.get_attribute("onlink")],
    }


folder = sys.argv[1]
print(json.dumps({name: read(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}))
