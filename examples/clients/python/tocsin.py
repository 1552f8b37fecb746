"""Prints the notifications of the given feeds, each once and in order, including any missed while disconnected.

    python3 tocsin.py http://localhost:4001 all topic:orders      (set TOKEN if the server requires one)

Standard library only. Follows the rules in docs/protocol.md, "Server-sent events".
"""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def events(response):
    """Yields (event, id, data, retry in seconds) for each event of the stream."""
    fields = {}
    for raw in response:
        line = raw.decode("utf-8").rstrip("\r\n")
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        retry = int(fields["retry"]) / 1000 if "retry" in fields else None
        yield fields.get("event"), fields.get("id"), fields.get("data"), retry
        fields = {}


def show(publication):
    notification = publication["notification"]
    if notification is None:
        print(f"- {publication['id']} {publication['gone']}", flush=True)
        return
    if "replaces" in publication:
        print(f"- {publication['replaces']} replaced", flush=True)
    print(f"+ {notification['id']} {notification['title']}", flush=True)


def follow(url, feeds, token=None):
    query = urllib.parse.urlencode([("feed", feed) for feed in feeds])
    last_id, wait = None, 1.0
    while True:
        headers = {"Accept": "text/event-stream"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if last_id:
            headers["Last-Event-ID"] = last_id
        try:
            request = urllib.request.Request(f"{url}/app/stream?{query}", headers=headers)
            with urllib.request.urlopen(request, timeout=60) as response:
                for event, event_id, data, retry in events(response):
                    wait = retry or wait
                    if event in ("subscribed", "publications"):
                        for publication in json.loads(data)["publications"]:
                            show(publication)
                    last_id = event_id or last_id
        except urllib.error.HTTPError as error:
            if error.code != 429 and error.code < 500:
                raise SystemExit(f"{error.code}: {error.read().decode()}")
        except (OSError, http.client.IncompleteRead, http.client.BadStatusLine) as error:
            print(f"reconnecting: {error}", file=sys.stderr)
        time.sleep(wait * random.uniform(0.5, 1.5))


if __name__ == "__main__":
    follow(sys.argv[1], sys.argv[2:] or ["all"], os.environ.get("TOKEN"))
