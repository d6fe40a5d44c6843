"""Canvas cases by an unmodified client of Celery, against a stage with the bridge.

Prints a line of JSON for each case: its name, "passed", "failed" or "impossible", and why. Arguments: the URL of the
AWS services and that of the API, and how long a result may take, in seconds. Numbers are those of Celery's own integration suite, by which
the conformance cases of this project go too.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from celery import chain, chord, group
from celery.result import AsyncResult, ResultSet
from celeriac import Client
from celeriac.celery import revoke_by_http

from client_app import client_app

endpoint, api, timeout = sys.argv[1], sys.argv[2], float(sys.argv[3])
app = client_app("proj", endpoint)
app.conf.result_extended = False
revoke_by_http(app, Client(api))


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
replace_with, guarded = named("replace_with"), named("delayed_sum_with_soft_guard")
legacy = lambda *args: app.signature("legacy.tasks.add", args=args)  # noqa: E731
i = identity.si


def add_replaced(*args):
    return replace_with({"task": "math.add", "args": list(args)})


# Celery's replace_with_chain, with an argument of its own and with the result before it.
CHAIN = {"chain": [{"task": "probe.identity"}, {"task": "probe.identity"}]}
replaced = lambda: replace_with.si(42, CHAIN)  # noqa: E731
replaced_after = lambda: replace_with(CHAIN)  # noqa: E731


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
    "3": (of(lambda: add(2, 2) | (add(4) | add_replaced(8) | add(16) | add(32)) | G([add(n) for n in range(4)])), [64, 65, 66, 67]),
    "12": (of(lambda: chord([add(1, 2), guarded([100], 3).set(soft_time_limit=1)], tsum())), 3),
    "13": (lambda: value(chain(G([add(1, 2), add(3, 4)]), tsum()).on_error(identity()).apply_async(eta=datetime.now(timezone.utc) + timedelta(seconds=2))), 10),
    "18": (of(lambda: chain(_added(0, True), _added(1), _added(0)) | chain(_added(10), _added(0), _added(1))), 178),
    "19": (of(lambda: chain(_added(0, True, 3), *[_added(1, count=3) for _ in range(7)], _added(0, count=3))), 29520),
    "21": (of(lambda: G([add(1, 1), add(1, 1)]) | tsum() | add(1) | G([add(1), add(1)])), [6, 6]),
    "22": (of(lambda: G([add(1, 1), add(1, 1)]) | tsum() | add(1) | add(1) | G([add(1), add(1)])), [7, 7]),
    "23": (of(lambda: G([add(1, 1), add(1, 1)]) | tsum() | add(1) | add(1) | add(1) | G([add(1), add(1)])), [8, 8]),
    "24, which Celery itself times out on": (of(lambda: chain(G([identity(42), identity(42)]))), [42, 42]),
    "39": (of(replaced), 42),
    "40": (of(lambda: replaced() | identity()), 42),
    "41": (of(lambda: identity(42) | replaced_after() | identity()), 42),
    "42": (of(lambda: identity(42) | replaced_after()), 42),
    "48": (lambda: (lambda c: (c.freeze("42"), c.id)[1])(add(4) | add(2).set(task_id="42")), "42"),
    "51": (lambda: ResultSet([add(1, 1).apply_async(), add(2, 2).apply_async()], app=app).get(timeout=timeout), [2, 4]),
    "52": (lambda: (lambda s: (s.get(propagate=False, timeout=timeout), [r.state for r in s.results])[1])(ResultSet([fail().apply_async(), add(1, 1).apply_async()], app=app)), ["FAILURE", "SUCCESS"]),
    "54": (lambda: (lambda r: (r.get(propagate=False, timeout=timeout), r.ready())[1])(G([add(1, 2), fail()]).apply_async()), True),
    "56": (lambda: _ids(), True),
    "59": (of(lambda: G([identity(42), identity(42)])), [42, 42]),
    "60": (of(lambda: G([G([identity(42), identity(42)])])), [42, 42]),
    "63": (of(lambda: G([chord([G([i(1337)] * 42)], identity())])), [[1337] * 42]),
    "65": (of(lambda: G([chord([i(42), chain(i(42) for _ in range(5)), G([i(42)] * 5), chord([i(42)] * 5, i(1337))], identity())])), [[42, 42, *[42] * 5, 1337]]),
    "66, which Celery itself times out on": (of(lambda: G([chord(i(42), chain(identity()))])), [[42]]),
    "78": (of(lambda: G([replaced(), i(1337)])), [42, 1337]),
    "79": (of(lambda: G([i(42), replace_with.si(1337, CHAIN), i(31337)])), [42, 1337, 31337]),
    "80": (of(lambda: G([i(42), replace_with.si(1337, CHAIN)])), [42, 1337]),
    "81": (of(lambda: G([G([add_to_all([2, 1], 1), add_to_all([4, 3], 1)]) for _ in range(5)])), [[3, 2], [5, 4]] * 5),
    "84": (of(lambda: chord([chord([add(1, 2), add_replaced(3, 4)], add_to_all(5)) | tsum(), chord([add_replaced(6, 7), add(0, 0)], add_to_all(8)) | tsum()], add_to_all(9))), [29, 38]),
    "87": (of(lambda: add(2, 2) | G([add(n) for n in range(4)]) | add_to_all(8)), [12, 13, 14, 15]),
    "88": (lambda: value((add(2, 2) | G([add(n) for n in range(4)]) | add_to_all(8)).apply_async(kwargs={"z": 1})), [13, 14, 15, 16]),
    "89": (lambda: value((G([add(n) for n in range(4)]) | add_to_all(8)).apply_async((4,), {"z": 1})), [13, 14, 15, 16]),
    "91": (of(lambda: chord([add(2, 5)], add_to_all(9))), [16]),
    "91, by |": (of(lambda: G([add(2, 5)]) | add_to_all(9)), [16]),
    "92": (lambda: value(chord([], add_to_all(9)).apply_async()), []),
    "93": (of(lambda: chord([chord([add(1, 2), add(3, 4)], add([5])), chord([add(6, 7)], add([10]))], add_to_all(["A"]))), [[3, 7, 5, "A"], [13, 10, "A"]]),
    "95": (of(lambda: G([G([G([G([add(1, 2)]) | add([3])]) | add([4])]) | add([5])]) | add([6])), [[[[3, 3], 4], 5], 6]),
    "103, which fails in Celery itself": (lambda: value(chain(chord([identity(), identity()], identity()), identity()).apply_async((1,))), [1, 1]),
    "104, which fails in Celery itself": (lambda: value(chain(chain(identity(), identity())).apply_async((1,))), 1),
    "111, on which Celery itself hangs": (wrong(lambda: add(1, 1) | fail() | G([add(1), add(1)])), "ExpectedError"),
    "113, body": (wrong(lambda: chord([i(42)], fail())), "ExpectedError"),
    "116, body": (wrong(lambda: chord([i(42)], chain(i(42), fail.si(), i(42)))), "ExpectedError"),
    "119": (wrong(lambda: chord([chain(i(42), fail.si())], identity())), HEADER_FAILED),
    "119, body": (wrong(lambda: chord([i(42)], chain(i(42), fail.si()))), "ExpectedError"),
    "120": (wrong(lambda: chord([G([i(42), fail.si()])], identity())), HEADER_FAILED),
    "120, body": (wrong(lambda: chord([i(42)], G([i(42), fail.si()]))), "ExpectedError"),
    "124": (of(lambda: chord([replaced()], identity())), [42]),
    "125": (of(lambda: chord([replaced(), i(1337)], identity())), [42, 1337]),
    "126": (of(lambda: chord([i(42), replace_with.si(1337, CHAIN), i(31337)], identity())), [42, 1337, 31337]),
    "127": (of(lambda: chord([i(42), replace_with.si(1337, CHAIN)], identity())), [42, 1337]),
    "128": (of(lambda: chord([identity(42)], replaced_after())), [42]),
    "129": (of(lambda: chord([identity(42)], chain(replaced_after(), identity()))), [42]),
    "130": (of(lambda: chord([identity(42)], chain(identity(), replaced_after(), identity()))), [42]),
    "131": (of(lambda: chord([identity(42)], chain(identity(), replaced_after()))), [42]),
    "137": (wrong(lambda: chain(G([add.si(15, 7), fail.si()]), identity())), HEADER_FAILED),
    "137, chain": (wrong(lambda: chain(G([add.si(15, 7), fail.si()]), chain(identity(), identity()))), HEADER_FAILED),
    "137, group": (wrong(lambda: chain(G([add.si(15, 7), fail.si()]), G([identity(), identity()]))), HEADER_FAILED),
    "137, chord": (wrong(lambda: chain(G([add.si(15, 7), fail.si()]), chord([identity(), identity()], identity()))), HEADER_FAILED),
    "138": (wrong(lambda: chain(chain(G([add.si(1, 1), fail.si()]), identity()), identity())), HEADER_FAILED),
    "139": (wrong(lambda: chain(G([i(1), chain(fail.si(), G([i(2), i(3)]), i(4))]), identity())), HEADER_FAILED),
    "163": (lambda: _times_out(), "TimeoutError"),
    "165": (lambda: (lambda r: (r.state, value(r)))(add(1, 1).apply_async(countdown=2)), ("PENDING", 2)),
    "171": (lambda: value(retry_once().apply_async(expires=60)), 1),
    "L1, in the order in which the client writes it": (of(lambda: chord([G([i(1), i(2), i(3)]), i(4)], identity())), [3, 2, 1, 4]),
    "L3": (of(lambda: G([i(1), i(2) | G([identity(), identity()])])), [1, [2, 2]]),
    "L4": (of(lambda: chord([i(1), i(2) | G([identity(), identity()])], identity())), [1, [2, 2]]),
    "L5": (of(lambda: chord([i(1), chord([i(2), i(3)], identity())], identity())), [1, [2, 3]]),
    "L9, group": (of(lambda: chord([i(1), i(2)], tsum()) | G([add(1), add(2)])), [4, 5]),
    "L10": (lambda: value(chain(add(1), add(2)).apply_async((10,))), 13),
    "L10, group": (lambda: value(G([add(1), add(2), add.si(5, 5)]).apply_async((10,))), [11, 12, 10]),
    "L10, chord": (lambda: value(chord([add(1), add(2)], tsum()).apply_async((10,))), 23),
    "L11": (lambda: value(chord([add(1, 1), add(2, 2)], identity()).apply_async(kwargs={"z": 100})), [102, 104]),
    "L12": (of(lambda: G([i(1), i(2)]) | G([identity(), identity()])), [[1, 2], [1, 2]]),
    "L17, of which Celery leaves a step pending": (lambda: (lambda r: (error(r), [x.state for x in _chain_results(r) if isinstance(x, AsyncResult)][-2:])[1])((add.si(1, 1) | G([fail.si(), add.si(1, 2)]) | tsum() | add(5)).apply_async()), ["FAILURE", "FAILURE"]),
    "L18, on which Celery itself hangs": (wrong(lambda: chain(fail.si(), G([add.si(1, 1), add.si(2, 2)]))), "ExpectedError"),
    "L21": (of(lambda: chord([retry_once.si(), i(5)], identity())), [1, 5]),
    "L22, which fails in Celery on DynamoDB": (of(lambda: chord([i(1).set(ignore_result=True), i(5)], identity())), [None, 5]),
    "166, revoke": (lambda: _revoked(i(1).apply_async(countdown=30)), "TaskRevokedError"),
    "revoke, by an id of its own": (lambda: _revoked(i(1).apply_async(countdown=30, task_id=f"own.{datetime.now()}")), "TaskRevokedError"),
    "revoke, terminate": (lambda: _revoked(sleep(60).apply_async(), terminate=True), "TaskRevokedError"),
    "revoke, group": (lambda: _revoked(G([i(1), i(2)]).apply_async(countdown=30)), "TaskRevokedError"),
    "header of Python's": (of(lambda: chord([legacy(1, 1), legacy(2, 2)], tsum())), 6),
    "group, partly Python's": (of(lambda: G([add(1, 1), legacy(2, 2)])), [2, 4]),
    "chain of a chord of both, and Python's": (of(lambda: chain(G([add(1, 1), legacy(2, 2)]), tsum(), legacy(10), add(100))), 116),
    "failure of Python's": (wrong(lambda: add(1, 1) | app.signature("legacy.tasks.fail") | add(1)), "ValueError"),
    "header with a failure of Python's": (wrong(lambda: chord([add(1, 1), app.signature("legacy.tasks.fail")], tsum())), ("ValueError", "ChordError")),
    "replace": (of(lambda: replace_with({"task": "math.add", "args": [1, 2]})), 3),
}


def _added(number, immutable=False, count=2):
    """A chord whose header adds a number, `count` times, to what comes before it, or to 1."""
    one = add.si(1, number) if immutable else add(number)
    return chord(G([one] * count), tsum())


def _ids():
    result = (ids.si(1) | ids.si(2) | G([ids.si(n) for n in range(2, 20)])).apply_async()
    members = value(result)
    second = result.parent
    return all(one == [second.parent.id, second.id, n + 2] for n, one in enumerate(members))


def _times_out():
    try:
        return sleep(8).apply_async().get(timeout=2)
    except Exception as raised:  # noqa: BLE001
        return type(raised).__name__


def _revoked(result, **options):
    result.revoke(**options)
    return error(result)


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


wanted = sys.argv[4:]
for name, (run, expected) in CASES.items():
    if wanted and name not in wanted:
        continue
    try:
        got = run()
        passed = got in expected if isinstance(expected, tuple) and isinstance(got, str) else json.loads(json.dumps(got)) == json.loads(json.dumps(expected))
        why = "" if passed else f"{got!r}, expected {expected!r}"
    except Exception as raised:  # noqa: BLE001
        passed, why = False, f"{type(raised).__name__}: {raised}"
    print(json.dumps({"name": name, "state": "passed" if passed else "failed", "why": why[:300]}), flush=True)
