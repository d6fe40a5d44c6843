"""Canvas cases by an unmodified client of Celery, against a stage with the bridge.

Prints a line of JSON for each case: its name, "passed", "failed" or "impossible", and why. Arguments: the URL of the
AWS services, and how long a result may take, in seconds. Numbers are those of Celery's own integration suite, by which
the conformance cases of this project go too.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlparse

from celery import Celery, chain, chord, group
from celery.result import AsyncResult

endpoint, timeout = sys.argv[1], float(sys.argv[2])
address = urlparse(endpoint).netloc
app = Celery("proj", broker=f"sqs://local:local@{address}")
app.conf.update(
    broker_transport_options={"region": "us-east-1", "is_secure": False},
    result_backend=f"dynamodb://local:local@{address}/celery?ttl_seconds=3600",
    task_default_queue="celery",
    result_extended=False,
)


def named(name):
    def make(*args, **kwargs):
        return app.signature(f"proj.tasks.{name}", args=args, kwargs=kwargs)

    make.si = lambda *args, **kwargs: app.signature(
        f"proj.tasks.{name}", args=args, kwargs=kwargs, immutable=True
    )
    return make


add, mul, tsum, xsum = named("add"), named("mul"), named("tsum"), named("xsum")
identity, fail, ids, collect_ids = named("identity"), named("fail"), named("ids"), named("collect_ids")
retry_once, sleep, add_to_all, missing = named("retry_once"), named("sleep"), named("add_to_all"), named("missing")
replace_with, limited = named("replace_with"), named("limited")
legacy = lambda *args: app.signature("legacy.tasks.add", args=args)  # noqa: E731
i = identity.si


def value(result):
    return result.get(timeout=timeout)


def error(result):
    try:
        return f"no error, but {value(result)!r}"
    except Exception as raised:  # noqa: BLE001
        return type(raised).__name__


def of(signature):
    return lambda: value(signature().apply_async())


def wrong(signature):
    return lambda: error(signature().apply_async())


add_1_1 = lambda: add.si(1, 1)  # noqa: E731
G = group

# A client raises what it sees first: the failure in the header, or the body's own.
HEADER_FAILED = ("ExpectedError", "ChordError")

CASES = {
    "delay": (lambda: value(add(2, 3).apply_async()), 5),
    "send_task": (lambda: value(app.send_task("proj.tasks.add", (4, 5))), 9),
    "kwargs": (lambda: value(app.send_task("proj.tasks.add", (1,), {"y": 2})), 3),
    "own id": (lambda: value(add(1, 2).apply_async(task_id="my-own-id.1")), 3),
    "own id, read by its id": (lambda: AsyncResult("my-own-id.1", app=app).get(timeout=timeout), 3),
    "zlib": (lambda: value(identity("x" * 5000).apply_async(compression="zlib")), "x" * 5000),
    "datetime": (lambda: value(identity(datetime(2026, 1, 2, tzinfo=timezone.utc)).apply_async())[:10], "2026-01-02"),
    "unicode": (lambda: value(identity("한글 ✓").apply_async()), "한글 ✓"),
    "null": (lambda: value(identity(None).apply_async()), None),
    "unknown task": (wrong(lambda: missing(1)), "NotRegistered"),
    "wrong args": (wrong(lambda: add(1, 2, 3, 4, 5)), "TypeError"),
    "failure": (wrong(lambda: fail("boom")), "ExpectedError"),
    "state and traceback": (lambda: (lambda r: (error(r), r.state, bool(r.traceback))[1:])(fail().apply_async()), ("FAILURE", True)),
    "retry": (of(lambda: retry_once()), 1),
    "countdown": (of(lambda: identity("late").set(countdown=2)), "late"),
    "eta": (lambda: value(identity(1).apply_async(eta=datetime.now(timezone.utc) + timedelta(seconds=2))), 1),
    "expired": (lambda: error(identity(1).apply_async(countdown=3, expires=1)), "TaskRevokedError"),
    "soft limit": (lambda: error(sleep(5).apply_async(soft_time_limit=1, time_limit=10)), "SoftTimeLimitExceeded"),
    "hard limit": (lambda: error(sleep(9).apply_async(time_limit=1)), "TimeLimitExceeded"),
    "large result": (lambda: len(value(identity("x" * 300_000).apply_async())), 300_000),
    "1": (of(lambda: add(4, 4) | add(8) | add(16)), 32),
    "2": (of(lambda: chain(add(3, 4))), 7),
    "5": (of(lambda: chain([chain(identity(42))])), 42),
    "6": (wrong(lambda: add(1, 2) | fail() | add(3, 4)), "ExpectedError"),
    "6, parent": (lambda: (lambda r: (error(r), error(r.parent)))((add(1, 2) | fail() | add(3, 4)).apply_async()), ("ExpectedError", "ExpectedError")),
    "7": (of(lambda: add(5, 6) | G([add(1) | add(2), add(3)])), [14, 14]),
    "9": (of(lambda: G([i(1), i(2), i(5) | G([i(3), i(4)])])), [1, 2, [3, 4]]),
    "11": (lambda: [n["value"] if isinstance(n, dict) else n[2] for n in [value(r) for r in _chain_results(chain(ids.si(n) for n in range(10)).apply_async())]], list(range(10))),
    "15": (of(lambda: add.si(1, 0) | G([add(1), add(1)]) | G([tsum(), tsum()]) | tsum()), 8),
    "16": (of(lambda: add.si(1, 0) | G([add(1), add(1)]) | tsum() | add(1) | G([add(1), add(1)]) | tsum()), 12),
    "17": (of(lambda: add.si(1, 0) | G([add(1), add(1)]) | tsum() | add(1) | chord(G([add(1), add(1)]), tsum())), 12),
    "20": (of(lambda: add.si(1, 0) | G([add(1), add(1)]) | tsum() | add(1) | G([add(1), add(1)])), [6, 6]),
    "25": (of(lambda: identity(42) | G([identity(), identity()]) | identity()), [42, 42]),
    "26": (of(lambda: identity(42) | G([identity(), identity()])), [42, 42]),
    "33": (of(lambda: chain(i(1337) for _ in range(42))), 1337),
    "49": (of(lambda: chord([add(0, 1)], chord([tsum(), tsum()], tsum() | G([add(8), add(16)]) | tsum() | add(32)))), 60),
    "57": (of(lambda: G([add.si(1, 10), G([add.si(1, 100), G([add.si(1, 1000), add.si(1, 2000)])])])), [11, 101, 1001, 2001]),
    "58": (of(lambda: G([identity(n) for n in range(200)])), list(range(200))),
    "61": (of(lambda: G([chord([i(42)], identity())])), [[42]]),
    "62": (of(lambda: G([chord([chain(i(1337) for _ in range(5))], identity())])), [[1337]]),
    "64": (of(lambda: G([chord([chord([i(1337)] * 3, i(31337))], identity())])), [[31337]]),
    "83": (of(lambda: chord([i(n) for n in range(10)], identity())), list(range(10))),
    "chord": (of(lambda: chord([add(2, 2), add(4, 4)], tsum())), 12),
    "90": (of(lambda: chain(add.si(1, 0), G([add.si(1, 100), chain(add.si(1, 200), G([add.si(1, 1000), add.si(1, 2000)]))]), add.si(1, 10))), 11),
    "98": (wrong(lambda: chord([add(1, 2), add(3, 4), fail()], identity())), HEADER_FAILED),
    "100": (of(lambda: G([chord(G([add(1, 2), add(3, 4)]), tsum()) for _ in range(2)])), [10, 10]),
    "101": (of(lambda: chord(G([chain(add.si(1, 2), chord(G([add.si(1, 2), add.si(1, 2)]), add.si(1, 2))) for _ in range(2)]), add.si(2, 2))), 4),
    "102": (of(lambda: chain(i(1), chord([i(2), chain(i(3), chord([i(4), i(5)], i(6)))], i(7)))), 7),
    "105": (of(lambda: G([i(n) for n in range(100)]) | tsum()), 4950),
    "106": (of(lambda: i(1) | G([identity() for _ in range(50)]) | tsum()), 50),
    "109": (of(lambda: chord((G([identity(42), identity(42)]),), identity())), [42, 42]),
    "110": (of(lambda: chord(G([chain(identity(42), G([identity(), identity()]))]), identity())), [[42, 42]]),
    "112": (wrong(lambda: add(1, 1) | add(1) | G([add(1), fail()])), "ExpectedError"),
    "113": (wrong(lambda: chord([fail()], identity())), HEADER_FAILED),
    "116": (wrong(lambda: chord([chain(i(42), fail(), i(42))], identity())), HEADER_FAILED),
    "159": (lambda: (lambda r: r.get(timeout=timeout))(add(1, 2).apply_async(ignore_result=True)), None),
    "L2": (of(lambda: G([i(1), chord([i(2), i(3)], identity())])), [1, [2, 3]]),
    "L6": (of(lambda: chord([i(1), i(2)], G([identity(), tsum()]))), [[1, 2], 3]),
    "L7": (of(lambda: chord([i(1), i(2)], tsum() | add(10))), 13),
    "L8": (of(lambda: chord([i(1), i(2)], chord([tsum(), tsum()], tsum()))), 6),
    "L9": (of(lambda: chord([i(1), i(2)], tsum()) | add(5)), 8),
    "L13": (of(lambda: add(1, 1) | G([identity()]) | identity()), 2),
    "L14": (lambda: (lambda r: (error(r), [x.state for x in _chain_results(r)])[1])(chain(add(1, 2), fail(), add.si(3, 4), add.si(5, 6)).apply_async()), ["SUCCESS", "FAILURE", "FAILURE", "FAILURE"]),
    "L16": (wrong(lambda: chord([add.si(1, 1) | fail() | add(1), i(7)], tsum())), HEADER_FAILED),
    "link": (lambda: _linked(add(2, 2), identity()), 4),
    "link_error": (lambda: _link_error(), True),
    "map": (of(lambda: _map()), [1, 2, 3]),
    "starmap": (of(lambda: _starmap()), [3, 7]),
    "chunks": (lambda: sum(sum(part) for part in value(_chunks().apply_async())), 30),
    "forget": (lambda: _forget(), None),
    "chain, partly Python's": (of(lambda: add(1, 1) | legacy(10) | add(100)), 112),
    "chord, partly Python's": (of(lambda: chord([add(1, 1), legacy(2, 2)], tsum())), 6),
    "body of Python's": (of(lambda: chord([add(1, 1), add(2, 2)], app.signature("legacy.tasks.total"))), 6),
    "replace": (of(lambda: replace_with({"task": "math.add", "args": [1, 2]})), 3),
}


def _chain_results(result):
    results = []
    while result is not None:
        results.append(result)
        result = result.parent
    return results[::-1]


def _linked(task, link):
    result = task.apply_async(link=link)
    value(result)
    deadline = datetime.now() + timedelta(seconds=timeout)
    while not result.children and datetime.now() < deadline:
        result._cache = None
        result._get_task_meta()
    return value(result.children[0])


def _link_error():
    result = fail().apply_async(link_error=identity())
    error(result)
    result._cache = None
    return [child.get(timeout=timeout, propagate=False) for child in result.children] == [result.id]


def _map():
    from celery.canvas import xmap

    return xmap(identity(), [1, 2, 3], app=app)


def _starmap():
    from celery.canvas import xstarmap

    return xstarmap(add(), [(1, 2), (3, 4)], app=app)


def _chunks():
    from celery.canvas import chunks

    return chunks(add(), [(n, n) for n in range(6)], 2, app=app).group()


def _forget():
    result = add(1, 1).apply_async()
    value(result)
    result.forget()
    return AsyncResult(result.id, app=app).result


wanted = sys.argv[3:]
for name, (run, expected) in CASES.items():
    if wanted and name not in wanted:
        continue
    try:
        got = run()
        passed = got in expected if expected is HEADER_FAILED else json.loads(json.dumps(got)) == json.loads(json.dumps(expected))
        why = "" if passed else f"{got!r}, expected {expected!r}"
    except Exception as raised:  # noqa: BLE001
        passed, why = False, f"{type(raised).__name__}: {raised}"
    print(json.dumps({"name": name, "state": "passed" if passed else "failed", "why": why[:300]}), flush=True)
