# A management controller of pyghmi's. Arguments: address, and what it does not answer any
# more: nothing, status or on.
import os
import sys

from pyghmi.ipmi.bmc import Bmc

address, silent = sys.argv[1:3]


class Controller(Bmc):
    state = "off"

    def get_power_state(self):
        if silent == "status":
            os._exit(1)
        return self.state

    def power_on(self):
        if silent == "on":
            os._exit(1)
        self.state = "on"

    def power_off(self):
        self.state = "off"

    def power_reset(self):
        return 0

    def power_cycle(self):
        # "command not supported in present state" (IPMI 2.0, 28.3)
        return 0xD5 if self.state == "off" else 0


controller = Controller(authdata={"admin": "secret"}, address="::ffff:" + address, port=623)
print("ready", flush=True)
controller.listen()
