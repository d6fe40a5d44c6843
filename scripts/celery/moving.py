"""The callers of a moving day: they send without a pause until their input ends, and then wait for every result.

Prints a line of JSON for each task: its id, and "" or what was wrong with its result. Arguments: the URL of the AWS
services, and seconds that a result may take once nothing is sent any more.
"""

import json
import sys
import threading
import time

from celery import chain, chord
from celery.result import AsyncResult

from client_app import client_app

endpoint, patience = sys.argv[1], float(sys.argv[2])
app = client_app("moving", endpoint)


def task(name, *args):
    return app.signature(f"moving.{name}", args=args)


ADDING = ("one", "two", "three", "four")
sent = []
stopped = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()

n = 0
while not stopped.is_set():
    n += 1
    if n % 7 == 0:
        canvas, expected = chain(task("one", n, 1), *[task(name, 1) for name in ADDING[1:]]), n + 4
    elif n % 7 == 3:
        canvas, expected = chord([task(name, n, 1) for name in ADDING], task("five")), 4 * n + 4
    elif n % 7 == 5:
        canvas, expected = task("five", [n, 1]), n + 1
    else:
        canvas, expected = task(ADDING[n % 4], n, 1), n + 1
    sent.append((canvas.apply_async(), expected))
    time.sleep(0.05)


def parts_of(result):
    """The ids of all tasks that a canvas has: those before, and those of a header."""
    while result is not None:
        if isinstance(result, AsyncResult):
            yield result.id
        else:
            yield from (one.id for one in result.results)
        result = result.parent


deadline = time.monotonic() + patience
for result, expected in sent:
    try:
        got = result.get(timeout=max(1, deadline - time.monotonic()))
        why = "" if got == expected else f"{got!r}, expected {expected!r}"
    except Exception as raised:  # noqa: BLE001
        why = f"{type(raised).__name__}: {raised}"
    for part in parts_of(result):
        print(json.dumps({"id": part, "why": why if part == result.id else ""}), flush=True)
