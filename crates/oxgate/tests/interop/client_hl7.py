"""Sends two messages with the client of the package `hl7` and prints what each acknowledgement says."""

import sys

import hl7
from hl7.client import MLLPClient

with MLLPClient("127.0.0.1", int(sys.argv[1])) as client:
    for number in ("1", "2"):
        message = hl7.parse(
            "MSH|^~\\&|PYTHON|GHH|GW|OX|20260301||ADT^A01^ADT_A01|PY-%s|P|2.5.1\rPID|1||42^^^GHH^MR||Specimen^Änne\r" % number
        )
        answer = client.send_message(message)
        assert answer[:1] == b"\x0b" and answer[-2:] == b"\x1c\r", answer
        acknowledgement = hl7.parse(answer[1:-2].decode("utf-8"))
        print(acknowledgement["MSA.F1.R1"], acknowledgement["MSA.F2.R1"], acknowledgement["MSH.F9.R1.C1"])
