"""Verifies webhooks with the package `standardwebhooks` of PyPI: one JSON object a line in, `ok` or `refused` a line out."""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    case = json.loads(line)
    try:
        Webhook(case["secret"]).verify(base64.b64decode(case["body"]), case["headers"])
        print("ok")
    except WebhookVerificationError:
        print("refused")
