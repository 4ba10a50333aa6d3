"""Takes messages with the server of the package `hl7`; prints its port, then the control id of each message."""

import asyncio
import sys

import hl7
from hl7.mllp import start_hl7_server


async def talk(reader, writer):
    while not writer.is_closing():
        try:
            message = await reader.readmessage()
        except asyncio.IncompleteReadError:
            break
        print(message["MSH.F10.R1"], flush=True)
        writer.writemessage(message.create_ack("AA"))
        await writer.drain()


async def main():
    server = await start_hl7_server(talk, host="127.0.0.1", port=0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
