"""Starts LocalStack 4.14 from its Python package, with three of its parts replaced: the first two come from where only Docker or a download gets them.

- Lambda: functions run in containers there. Here each environment is a process of Node that asks for invocations over Lambda's Runtime
  API, which is served here. All that is around it is LocalStack's: the API, event source mappings, environments, concurrency.
- DynamoDB: LocalStack downloads Amazon's DynamoDB Local. Here it is the same program, from the jars in CELERIAC_DYNAMODB_JARS.
- The list of threads that end with it: it keeps those that have ended before as well.

Variables: CELERIAC_NODE (the node to run functions by), CELERIAC_BOOTSTRAP (the script that asks for invocations),
CELERIAC_DYNAMODB_JARS, and LocalStack's own.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overdue
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from localstack import config
from localstack.services.dynamodb import server as dynamodb
from localstack.services.lambda_.invocation import runtime_executor
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.utils import threads

NODE, BOOTSTRAP, JARS = (os.environ[name] for name in ("CELERIAC_NODE", "CELERIAC_BOOTSTRAP", "CELERIAC_DYNAMODB_JARS"))
RUNTIME = "/2018-06-01/runtime"


class ProcessExecutor(runtime_executor.RuntimeExecutor):
    """An environment of a function: a process of Node, and the Runtime API that it asks. One invocation at a time."""

    def start(self, env_vars):
        code = self.function_version.config.code
        code.prepare_for_execution()
        task_root = str(code.get_unzipped_code_location())
        self.invocations, self.answers, self.arn = queue.Queue(), {}, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {
            "PATH": os.environ["PATH"],
            **{name: str(value) for name, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": task_root,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
        }
        self.process = None
        self.spawn()

    def spawn(self):
        # Node sets the time zone by itself, and knows no ":UTC".
        self.process = subprocess.Popen(
            [NODE, BOOTSTRAP, os.path.join(config.dirs.tmp, "compile-cache")],
            env={**self.env, "TZ": "UTC"},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def kill(self):
        """Ends the process with all that it has started: the environment goes on with another."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def stop(self):
        self.kill()
        self.server.shutdown()
        self.server.server_close()

    def invoke(self, payload):
        timeout = self.function_version.config.timeout
        request_id, self.arn = payload["invoke-id"], payload["invoked-function-arn"]
        answer = self.answers[request_id] = Future()
        if self.process.poll() is not None:
            self.spawn()
        self.invocations.put((request_id, payload["payload"], time.time() + timeout))
        deadline = time.time() + timeout
        try:
            while True:
                try:
                    body, failed = answer.result(timeout=0.5)
                    break
                except Overdue:
                    if time.time() > deadline:
                        raise
                    if self.process.poll() is not None:
                        body, failed = error_of("Runtime.ExitError", "the process has ended"), True
                        break
        except Overdue:
            self.kill()
            body, failed = error_of("Sandbox.Timedout", f"Task timed out after {timeout}.00 seconds"), True
        del self.answers[request_id]
        return InvocationResult(request_id, body, is_error=failed, logs=f"END RequestId: {request_id}\n")

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    def get_logs(self):
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass


def error_of(kind, message):
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def handler_of(environment):
    """The Runtime API of one environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else an answer's body waits for its head to be acknowledged: 40 ms of each invocation.
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def do_GET(self):
            request_id, payload, deadline = environment.invocations.get()
            self.send(
                200,
                payload.encode(),
                {
                    "lambda-runtime-aws-request-id": request_id,
                    "lambda-runtime-deadline-ms": str(int(deadline * 1000)),
                    "lambda-runtime-invoked-function-arn": environment.arn,
                },
            )

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            *_, request_id, outcome = self.path.removeprefix(RUNTIME).split("/")
            answer = environment.answers.get(request_id)
            if request_id == "init":
                print(f"{environment.function_version.id.function_name} cannot start: {body.decode()}", flush=True)
            elif answer is not None and not answer.done():
                answer.set_result((body, outcome == "error"))
            self.send(202, b"")

        def send(self, status, body, headers=()):
            self.send_response(status)
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def start_dynamodb(self):
    """DynamoDB Local as LocalStack starts it, without the agent that patches what we do not use (sizes of items under persistence)."""
    command = ["java", f"-Xmx{self.heap_size}", f"-Djava.library.path={JARS}", "-cp", f"{JARS}/*"]
    main = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    arguments = [*command, main, "-port", str(self.port), "-inMemory"]
    # In this process's group, with which it ends, however this process does.
    thread = threads.FuncThread(lambda *_: subprocess.run(arguments, env={**os.environ, "DDB_LOCAL_TELEMETRY": "0"}, check=True))
    thread.start()
    return thread


class Ending(list):
    """What ends with LocalStack: threads, and pools of them. From Python 3.13 on whoever holds a thread holds its stack, and of 32,000 the
    kernel maps no more, so those that have ended by themselves are let go."""

    def append(self, item):
        self[:] = [other for other in self if not has_ended(other)]
        super().append(item)


def has_ended(item):
    return isinstance(item, threading.Thread) and item.ident is not None and not item.is_alive()


# Before LocalStack's services are loaded, whose modules take these by their names.
threads.TMP_THREADS = Ending()
runtime_executor.get_runtime_executor = lambda: ProcessExecutor
dynamodb.DynamodbServer.do_start_thread = start_dynamodb

from localstack.runtime.main import main  # noqa: E402

main()
