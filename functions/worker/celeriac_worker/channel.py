"""The pipe to the supervisor: a line of JSON for each message (src/worker/ipc.ts has their shapes)."""

import json
import os
import queue
import socket
import threading


class Refused(Exception):
    """What the supervisor refused to do."""


class Channel:
    """What comes is read by a thread of its own, since the task has the main thread."""

    def __init__(self):
        # Node tells the descriptor to the children that it forks, of whatever kind they are (child_process.fork).
        self._socket = socket.socket(fileno=int(os.environ.pop("NODE_CHANNEL_FD")))
        self._socket.setblocking(True)
        self._socket.set_inheritable(False)
        self._sending = threading.Lock()
        self._answers = {}
        self._calls = 0
        self.runs = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._socket.makefile("rb"):
            message = json.loads(line)
            if message.get("type") == "run":
                self.runs.put(message)
            elif message.get("type") == "answer":
                waiting = self._answers.pop(message["call"], None)
                if waiting is not None:
                    waiting.put(message)
        # The supervisor is gone: what runs here would run for nobody.
        os._exit(0)

    def tell(self, message):
        with self._sending:
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def ask(self, run, ask):
        """Asks, and gives the answer. Refused, under the name of the supervisor's error."""
        waiting = queue.SimpleQueue()
        with self._sending:
            self._calls += 1
            call = self._calls
        self._answers[call] = waiting
        self.tell({"type": "ask", "run": run, "call": call, "ask": ask})
        answer = waiting.get()
        error = answer["error"]
        if error is not None:
            raise type(error["type"], (Refused,), {})(error["message"])
        return answer["value"]
