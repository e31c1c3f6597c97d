"""What the modules share: an object is a document that `luna apply` makes true, all or nothing."""
import json

from ansible.module_utils.basic import AnsibleModule


def make_module(options):
    """A module with the parameters that all of them have beside its own."""
    common = dict(
        name=dict(type="str", required=True),
        state=dict(type="str", choices=["present", "absent"], default="present"),
        comment=dict(type="str"),
    )
    return AnsibleModule(argument_spec=dict(common, **options), supports_check_mode=True)


def run(module, arguments, text=None):
    """Runs luna; gives its standard output. Warnings are passed on, an error ends the module."""
    status, output, errors = ask(module, arguments, text)
    if status != 0:
        lines = [line[len("ERROR:luna:"):] for line in errors.splitlines() if line.startswith("ERROR:luna:")]
        module.fail_json(msg="; ".join(lines) or errors.strip() or "luna failed", rc=status, stderr=errors)
    for line in errors.splitlines():
        if line.startswith("WARNING:luna:"):
            module.warn(line[len("WARNING:luna:"):])
    return output


def ask(module, arguments, text=None):
    """Status, standard output and standard error of luna. Secrets go by standard input only."""
    command = [module.get_bin_path("luna", required=True)] + arguments
    return module.run_command(command, data=text, binary_data=True, expand_user_and_vars=False)


def ensure(kind, options, fields=None, complete=None):
    """The whole of a module: the object is what its parameters say, or gone.

    kind      the kind of the object
    options   argument specifications of its own parameters
    fields    the fields of its document that are not called like their parameters
    complete  gives the document its last form
    """
    module = make_module(options)
    if module.params["state"] == "absent":
        remove(module, kind)
    names = fields or {}
    document = dict(kind=kind, name=module.params["name"])
    for parameter in list(options) + ["comment"]:
        if module.params[parameter] is not None:
            document[names.get(parameter, parameter)] = module.params[parameter]
    if complete:
        document = complete(document)
    dry = ["--dry-run"] if module.check_mode else []
    output = run(module, ["apply", "--json", "--yes"] + dry + ["-"], json.dumps([document]))
    differences = json.loads(output or "[]")
    module.exit_json(changed=bool(differences), diff=diff_of(differences), differences=differences)


def diff_of(differences):
    """The fields that differ, as Ansible shows them with --diff."""
    sides = dict(before={}, after={})
    for one in differences:
        path = "%s %s %s" % (one["kind"], one["name"], one["field"])
        sides["before"][path] = one["from"]
        sides["after"][path] = one["to"]
    return dict(before=text_of(sides["before"]), after=text_of(sides["after"]))


def text_of(side):
    return "".join("%s: %s\n" % (path, side[path]) for path in sorted(side) if side[path] != "")


def remove(module, kind):
    """Ends the module with the object gone."""
    name = module.params["name"]
    found = any(one["name"] == name for one in json.loads(run(module, [kind, "list", "--json"])))
    if found:
        dry = ["--dry-run"] if module.check_mode else []
        run(module, [kind, "delete", "--yes"] + dry + ["--", name])
    before = "%s %s\n" % (kind, name) if found else ""
    module.exit_json(changed=found, diff=dict(before=before, after=""), differences=[])
