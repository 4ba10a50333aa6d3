// Takes messages with the server of the package `node-hl7-server`; prints its port, then the control id of each message.
const net = require("node:net");
const { Server } = require("node-hl7-server");

// It does not say which port it was given, so a free one is looked for first.
const probe = net.createServer().listen(0, "127.0.0.1", () => {
  const { port } = probe.address();
  probe.close(() => {
    const server = new Server({ bindAddress: "127.0.0.1" });
    const inbound = server.createInbound({ port }, async (request, response) => {
      console.log(`${request.getMessage().get("MSH.10")}`);
      await response.sendResponse("AA");
    });
    inbound.on("listen", () => console.log(port));
  });
});
