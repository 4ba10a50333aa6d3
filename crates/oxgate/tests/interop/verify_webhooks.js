// Verifies webhooks with the package `standardwebhooks` of npm: one JSON object a line in, `ok` or `refused` a line out.
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const lines = require("fs").readFileSync(0, "utf8").trim().split("\n");
for (const line of lines) {
  const { secret, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64"), headers);
    console.log("ok");
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log("refused");
  }
}
