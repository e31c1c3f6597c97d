"""What the documentation of all modules has in common."""


class ModuleDocFragment(object):
    DOCUMENTATION = r"""
options:
  name:
    description: Name of the object.
    type: str
    required: true
  state:
    description: Whether there shall be such an object.
    type: str
    choices: [present, absent]
    default: present
  comment:
    description: The comment.
    type: str
author: The developers of Luna
notes:
  - Runs C(luna) on the active head, as a user who may write to its database.
  - What is not given stays as it is, and is the default in a new object.
attributes:
  check_mode:
    description: Says what would be changed, and changes nothing.
    support: full
  diff_mode:
    description: Says the fields that differ, with those of passwords hidden.
    support: full
"""
