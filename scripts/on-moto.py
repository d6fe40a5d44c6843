"""Runs the definitions of statemachines/ unchanged on a second implementation of Step Functions: that of moto.

What stands in for the functions is played here: a worker that answers tokens, and the canvas Lambda that starts nested canvases,
starts chunks, closes groups and is told to settle. Prints a line for each case; ends with 1 if one of them went wrong.

Needs Python 3.10 or later. Without moto 5.2.1 it makes a virtual environment in the system's directory for temporary files, and
installs moto[server] there: some 60 packages, by pip as it is configured.
"""

import itertools
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

MOTO = "5.2.1"
DEFINITIONS = Path(__file__).resolve().parent.parent / "statemachines"
REGION = "us-east-1"
# Seconds after which a case that has not ended is one that never will.
PATIENCE = 120


def ensure_moto():
    """Runs this script again by a Python that has moto, where this one has not."""
    try:
        from moto import __version__
    except ImportError:
        __version__ = None
    if __version__ == MOTO:
        return
    folder = Path(tempfile.gettempdir()) / f"celeriac-moto-{MOTO}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if Path(sys.executable) == python:
        raise SystemExit(f"{folder} has moto {__version__} instead of {MOTO}. Delete it and try again.")
    if not python.exists():
        print(f"moto {MOTO} is installed into {folder}", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"moto[server]=={MOTO}"], check=True)
    raise SystemExit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)


ensure_moto()

import boto3  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402
from moto.stepfunctions.models import StateMachine  # noqa: E402


def task(value="ok", fails=False):
    return {"kind": "task", "value": value, "fails": fails}


def chain(*steps):
    return {"kind": "chain", "steps": list(steps)}


def group(*members, size=1):
    return {"kind": "group", "members": list(members), "size": size}


def chord(header, body, size=1):
    return {"kind": "chord", "header": group(*header, size=size), "body": body}


class Run:
    """A canvas taken apart into nodes with ids and places, and what has happened to them."""

    numbers = itertools.count()

    def __init__(self, node):
        self.number = next(self.numbers)
        self.nodes, self.places, self.tokens, self.ends = {}, {}, {}, {}
        self.done = {}
        self.started, self.settled = [], []
        self.top = self.add(node, None)

    def add(self, node, place):
        """Gives a node and all that is nested in it ids. A place is (canvas, role, index, whether it is the last)."""
        name = f"n{len(self.nodes)}"
        self.nodes[name] = node = dict(node)
        self.places[name] = place
        if node["kind"] == "chain":
            count = len(node["steps"])
            node["steps"] = [self.add(step, (name, "step", n, n == count - 1)) for n, step in enumerate(node["steps"])]
        elif node["kind"] == "group":
            node["members"] = [self.add(part, (name, "member", n, False)) for n, part in enumerate(node["members"])]
        elif node["kind"] == "chord":
            node["header"] = self.add(node["header"], (name, "header", 0, False))
            node["body"] = self.add(node["body"], (name, "body", 0, True))
        return name

    def chunks(self, name):
        members, size = self.nodes[name]["members"], self.nodes[name]["size"]
        return [members[at : at + size] for at in range(0, len(members), size)]


class Stand:
    """The parts of Celeriac that Step Functions talks to, around moto."""

    def __init__(self, endpoint):
        options = {"endpoint_url": endpoint, "region_name": REGION, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.sqs, self.sfn = boto3.client("sqs", **options), boto3.client("stepfunctions", **options)
        self.queues = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("canvas", "tasks")}
        self.machines = {kind: self.create(kind) for kind in ("chain", "group", "chord")}
        self.lock, self.stopped = threading.Lock(), False
        self.run = Run(task())
        self.executions = {}
        for queue, handle in (("tasks", self.work), ("canvas", self.act)):
            threading.Thread(target=self.poll, args=(queue, handle), daemon=True).start()

    def create(self, kind):
        """The machine of a kind, by the definition as it is deployed: only the placeholder is filled in, as CloudFormation does."""
        definition = (DEFINITIONS / f"{kind}.asl.json").read_text().replace("${CanvasQueueUrl}", self.queues["canvas"])
        role = "arn:aws:iam::123456789012:role/any"
        return self.sfn.create_state_machine(name=kind, definition=definition, roleArn=role)["stateMachineArn"]

    def poll(self, queue, handle):
        url = self.queues[queue]
        while not self.stopped:
            for message in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                with self.lock:
                    handle(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.02)

    # The worker.

    def work(self, message):
        name, run = message["id"], self.run
        run.started.append(name)
        failed = run.nodes[name]["fails"] or name in run.ends
        self.ended(name, not failed)
        self.answer(message.get("token"), not failed or self.is_member(name))

    def is_member(self, name):
        place = self.run.places[name]
        return place is not None and place[1] == "member"

    def answer(self, token, ok):
        """Answers a state; one that waits no more is no error."""
        if token is None:
            return
        try:
            if ok:
                self.sfn.send_task_success(taskToken=token, output="{}")
            else:
                self.sfn.send_task_failure(taskToken=token, error="Celeriac.Failed", cause="a step failed")
        except (self.sfn.exceptions.TaskDoesNotExist, self.sfn.exceptions.TaskTimedOut, self.sfn.exceptions.InvalidToken):
            pass

    def ended(self, name, ok):
        """A node has ended: what is around it goes on, or ends as well."""
        run = self.run
        run.ends.setdefault(name, ok)
        if run.places[name] is None:
            return
        canvas, role, index, last = run.places[name]
        if role == "member":
            return self.member_ended(canvas, index)
        if ok and not last:
            return
        if not ok:
            self.settle_after(canvas, role, index)
        self.ended(canvas, ok)
        self.answer(run.tokens.pop(canvas, None), ok or self.is_member(canvas))

    def settle_after(self, canvas, role, index):
        node = self.run.nodes[canvas]
        later = node["steps"][index + 1 :] if role == "step" else [node["body"]] if role == "header" else []
        for name in later:
            self.run.ends.setdefault(name, False)

    def member_ended(self, canvas, index):
        run = self.run
        size = run.nodes[canvas]["size"]
        key = (canvas, index // size)
        ended = run.done.setdefault(key, set())
        ended.add(index)
        if size > 1 and len(ended) == len(run.chunks(canvas)[key[1]]):
            self.answer(run.tokens.pop(key, None), True)

    # The canvas Lambda.

    def act(self, message):
        op, name, token = message["op"], message["id"], message.get("token")
        if op == "run":
            self.start(name, token)
        elif op == "chunk":
            self.start_chunk(name, message["n"], token)
        elif op == "close":
            ok = all(self.run.ends.get(member) for member in self.run.nodes[name]["members"])
            self.ended(name, ok)
            self.answer(self.run.tokens.pop(name, None), ok or self.is_member(name))
            self.answer(token, ok)
        elif op == "settle":
            self.run.settled.append(name)

    def start(self, name, token):
        run = self.run
        node = run.nodes[name]
        if token is not None:
            run.tokens[name] = token
        carried = node["header"] if node["kind"] == "chord" else name
        data = {"id": carried}
        if node["kind"] == "chain":
            data["steps"] = [self.part(step) for step in node["steps"]]
        else:
            data["chunks"] = list(range(len(run.chunks(carried))))
        if node["kind"] == "chord":
            data["body"] = self.part(node["body"])
        answer = self.sfn.start_execution(stateMachineArn=self.machines[node["kind"]], name=f"{run.number}-{name}", input=json.dumps(data))
        self.executions[name] = answer["executionArn"]

    def part(self, name):
        return {"id": name, "to": self.queues["tasks" if self.run.nodes[name]["kind"] == "task" else "canvas"]}

    def start_chunk(self, name, n, token):
        run = self.run
        members = run.chunks(name)[n]
        alone = run.nodes[name]["size"] == 1
        if not alone:
            run.tokens[(name, n)] = token
        for member in members:
            if run.nodes[member]["kind"] != "task":
                self.start(member, token if alone else None)
                continue
            body = {"op": "run", "id": member, **({"token": token} if alone else {})}
            self.sqs.send_message(QueueUrl=self.queues["tasks"], MessageBody=json.dumps(body))

    # A case.

    def carry(self, node):
        """Runs a canvas until all of its executions have ended. Gives the run, the status of the first, and its events."""
        with self.lock:
            self.run, self.executions = Run(node), {}
            self.start(self.run.top, None)
        deadline = time.time() + PATIENCE
        while time.time() < deadline:
            with self.lock:
                arns = dict(self.executions)
            statuses = {name: self.sfn.describe_execution(executionArn=arn)["status"] for name, arn in arns.items()}
            if "RUNNING" not in statuses.values() and len(arns) == len(self.executions) and self.all_told(statuses):
                return self.run, statuses[self.run.top], self.events(arns[self.run.top])
            time.sleep(0.02)
        raise TimeoutError(f"{statuses} after {PATIENCE} s")

    def all_told(self, statuses):
        """A machine that failed sends its Settle before it ends; a group's has none, since Close has told those around it."""
        kinds = [self.run.nodes[name]["kind"] for name, status in statuses.items() if status == "FAILED"]
        return len(self.run.settled) == sum(kind != "group" for kind in kinds)

    def events(self, arn):
        return sum(len(page["events"]) for page in self.sfn.get_paginator("get_execution_history").paginate(executionArn=arn))


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got}, expected {wanted}")


def tasks_of(run):
    return [name for name, node in run.nodes.items() if node["kind"] == "task"]


CASES = [
    # Name, canvas, status of the first execution, tasks that were started (None: all), Settle messages.
    ("a chain of three", chain(task(), task(), task()), "SUCCEEDED", None, 0),
    ("a chain whose second step fails", chain(task(), task(fails=True), task()), "FAILED", 2, 1),
    ("a group of three", group(task(), task(), task()), "SUCCEEDED", None, 0),
    ("a group of which one fails", group(task(), task(fails=True), task()), "FAILED", None, 0),
    ("an empty group", group(), "SUCCEEDED", None, 0),
    ("a chord", chord([task(), task()], task()), "SUCCEEDED", None, 0),
    ("a chord with an empty header", chord([], task()), "SUCCEEDED", None, 0),
    ("a chord whose header fails", chord([task(), task(fails=True)], task()), "FAILED", 2, 1),
    ("a chord whose body fails", chord([task()], task(fails=True)), "FAILED", None, 1),
    (
        "everything in everything",
        chain(
            task(),
            chord([task(), chain(task(), group(task(), task())), chord([task()], task())], chain(task(), task())),
            group(task(), chain(task(), task()), chord([group(task()), task()], group(task()))),
        ),
        "SUCCEEDED",
        None,
        0,
    ),
    (
        "a failure deep inside",
        chain(task(), chord([task()], chain(task(), chain(task(fails=True), task()), task())), task()),
        "FAILED",
        4,
        4,
    ),
    ("a group of 40 in 4 chunks", group(*[task() for _ in range(40)], size=10), "SUCCEEDED", None, 0),
    ("a group of 120 chunks", group(*[task() for _ in range(120)]), "SUCCEEDED", None, 0),
    ("a chain of 200", chain(*[task() for _ in range(200)]), "SUCCEEDED", None, 0),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    # moto copies a machine for each execution. From the second on it holds what cannot be copied (an RLock): the definition, which
    # never changes, is the same object then.
    StateMachine.__deepcopy__ = lambda self, memo: self
    for name in ("werkzeug", "moto"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    port = free_port()
    # Where the executions find SQS.
    os.environ["MOTO_PORT"] = str(port)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    failures = 0
    stand = Stand(f"http://127.0.0.1:{port}")
    for name, node, status, started, settled in CASES:
        begun = time.time()
        try:
            run, got, events = stand.carry(node)
            expect("status", got, status)
            expect("tasks started", len(run.started), len(tasks_of(run)) if started is None else started)
            expect("tasks started twice", len(run.started) - len(set(run.started)), 0)
            expect("Settle messages", len(run.settled), settled)
            print(f"ok      {name}: {got}, {len(run.started)} tasks, {events} events, {time.time() - begun:.1f} s", flush=True)
        except Exception as error:  # Whatever it is: the other cases are to be run as well.
            failures += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    stand.stopped = True
    server.stop()
    print(f"{len(CASES) - failures} of {len(CASES)} cases passed on moto {MOTO}")
    # Executions that wait for ever are threads that never end.
    os._exit(1 if failures else 0)


main()
