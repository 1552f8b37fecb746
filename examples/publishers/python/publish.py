"""Publishes one notification through the Dapr sidecar: `dapr run --app-id shop -- python3 publish.py order-7-shipped`.

Needs `pip install -r requirements.txt`.
"""

import json
import sys
import time

from dapr.clients import DaprClient
from dapr.clients.exceptions import DaprGrpcError

ATTEMPTS = 5


def publish(client: DaprClient, notification: dict) -> None:
    """Retries with the same id so that the notification is shown only once if an earlier attempt got through."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            client.publish_event(
                "notification-pubsub",
                "notifications",
                json.dumps(notification),
                # Without this argument, the SDK sends text/plain.
                data_content_type="application/json",
            )
            return
        except DaprGrpcError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt)


if len(sys.argv) != 2:
    sys.exit("usage: publish.py <id>")
# Reads DAPR_GRPC_PORT and DAPR_API_TOKEN.
with DaprClient() as dapr:
    publish(dapr, {"id": sys.argv[1], "title": "Published from Python", "severity": "success"})
print("published", sys.argv[1])
