"""What a client does with requests, against a server of the test's own."""

import json
import threading
import unittest
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

from celeriac import AwsCredentials, Client, RequestRefused, TaskFailed, Unreachable, chain, task
from celeriac.http import sign
from celeriac.stubs import stubs

ID = "00000000-0000-4000-8000-000000000001"
SUBMITTED = (202, {"task_id": ID, "root_id": ID, "status": "PENDING", "tasks": []})


class Server:
    """Gives these answers, one after the other, and keeps what was asked."""

    def __init__(self, *answers):
        self.asked = []
        asked, left = self.asked, list(answers)

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked.append((self.command, self.path, dict(self.headers.items()), json.loads(body or "null")))
                status, said = left.pop(0) if len(left) > 1 else left[0]
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Requests(unittest.TestCase):
    def test_sends_a_task_and_a_canvas(self):
        with Server(SUBMITTED) as server:
            client = Client(server.url, token="t")
            client.apply("math.add", [1, 2], priority=3, eta=datetime(2030, 1, 1, tzinfo=timezone.utc))
            client.delay(chain(task("math.add").s(1, 2), task("math.mul").s(y=3)))
            (_, path, headers, body), (_, canvas_path, _, canvas) = server.asked
            self.assertEqual((path, headers["Authorization"]), ("/tasks", "Bearer t"))
            self.assertEqual(body["options"], {"priority": 3, "eta": "2030-01-01T00:00:00Z"})
            self.assertEqual(canvas_path, "/canvas")
            self.assertEqual(canvas["chain"][1]["kwargs"], {"y": 3})

    def test_sends_again_only_where_nothing_can_happen_twice(self):
        with Server((429, {"message": "slow"}), SUBMITTED) as server:
            Client(server.url).delay("math.add", 1, 2)
            self.assertEqual(len(server.asked), 2)
        with Server((503, {}), SUBMITTED) as server:
            with self.assertRaises(RequestRefused):
                Client(server.url).delay("math.add", 1, 2)
            self.assertEqual(len(server.asked), 1)
        with Server((503, {}), SUBMITTED) as server:
            Client(server.url).apply("math.add", [1, 2], idempotency_key="k")
            self.assertEqual(len(server.asked), 2)

    def test_says_that_nobody_answers(self):
        with Server(SUBMITTED) as server:
            url = server.url
        with self.assertRaises(Unreachable):
            Client(url, attempts=1).delay("math.add")

    def test_raises_what_a_task_threw_with_its_causes(self):
        error = {"type": "ExpectedError", "message": "no", "task_id": ID, "cause": {"type": "TypeError", "message": "why"}}
        with Server((200, {"task_id": ID, "status": "FAILURE", "error": error, "result": None})) as server:
            with self.assertRaises(TaskFailed) as raised:
                Client(server.url).handle(ID).result()
        self.assertEqual(raised.exception.type, "ExpectedError")
        self.assertEqual(str(raised.exception.__cause__), "TypeError: why")

    def test_signs_as_the_typescript_client_does(self):
        credentials = AwsCredentials("AKIDEXAMPLE", "secret", "eu-west-1", "session")
        url = "https://a1.execute-api.eu-west-1.amazonaws.com/v1/a%20b?limit=5&a-=x%26&a=%20"
        signed = sign("POST", url, b"{}", {"content-type": "application/json"}, credentials, datetime(2026, 1, 2))
        self.assertTrue(signed["authorization"].endswith("Signature=cb5495edf5b5e12d532ee5351868deba09dac902bf811044ab5ef53d03ec6dff"), signed)

    def test_writes_stubs_that_python_reads(self):
        number = {"type": "number"}
        args = {"anyOf": [{"prefixItems": [number, number], "minItems": 2}, {"prefixItems": [{"type": "string"}]}]}
        kwargs = {"properties": {"class": {"enum": ["a", "b"]}}, "required": []}
        text = stubs([{"name": "math.add", "parameters": ["x", "y"], "args": args, "kwargs": kwargs}], "URL")
        self.assertIn("def _math_add(x: float | str, y: float = ..., *, class_: Literal['a', 'b'] = ...) -> Any", text)
        scope = {}
        exec(compile(text, "stubs", "exec"), scope)
        self.assertEqual(scope["math"].add.name, "math.add")


if __name__ == "__main__":
    unittest.main()
