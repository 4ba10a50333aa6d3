// Sends two messages with the client of the package `node-hl7-client`, the second when the first is answered, and prints
// what each acknowledgement says.
const { Client, Message } = require("node-hl7-client");

const texts = ["1", "2"].map(
  (number) => `MSH|^~\\&|NODE|GHH|GW|OX|20260301||ADT^A01^ADT_A01|JS-${number}|P|2.5.1\rPID|1||42^^^GHH^MR||Specimen^Änne`,
);
const client = new Client({ host: "127.0.0.1" });
const outbound = client.createConnection({ port: Number(process.argv[2]) }, async (response) => {
  const message = response.getMessage();
  console.log(`${message.get("MSA.1")} ${message.get("MSA.2")} ${message.get("MSH.9.1")}`);
  if (texts.length > 0) return next();
  await outbound.close();
  process.exit(0);
});
const next = () => outbound.sendMessage(new Message({ text: texts.shift() }));
next();
