"""Takes messages with the server of the package `hl7apy`, which ends each connection after one message; prints its port,
then the control id of each message. What it cannot parse by its own tables is refused by closing the connection."""

from hl7apy.mllp import AbstractHandler, MLLPServer
from hl7apy.parser import parse_message


class Admission(AbstractHandler):
    def reply(self):
        message = parse_message(self.incoming_message, find_groups=False)
        control_id = message.msh.msh_10.value
        print(control_id, flush=True)
        return "\x0bMSH|^~\\&|R|F|||20260301||ACK^A01^ACK|%s-A|P|2.5.1\rMSA|AA|%s\r\x1c\r" % (control_id, control_id)


server = MLLPServer("127.0.0.1", 0, {"ADT^A01^ADT_A01": (Admission,)})
print(server.server_address[1], flush=True)
server.serve_forever()
