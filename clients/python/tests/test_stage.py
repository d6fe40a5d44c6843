"""The verbs against a stage: CELERIAC_URL, or `npm run test:python`, which starts one."""

import os
import subprocess
import sys
import tempfile
import unittest
import uuid

from celeriac import AsyncClient, Client, RequestRefused, ResultTimeout, TaskFailed, TaskRevoked, chain, chord, group, task

URL = os.environ.get("CELERIAC_URL", "")
add, mul, tsum = task("math.add"), task("math.mul"), task("math.tsum")


@unittest.skipUnless(URL, "needs a stage at CELERIAC_URL; npm run test:python starts one")
class Stage(unittest.TestCase):
    def setUp(self):
        self.client = Client(URL)

    def test_tasks_and_canvases(self):
        self.assertEqual(self.client.delay("math.add", 2, 2).result(40), 4)
        self.assertEqual(self.client.delay(mul, 6, y=7).result(), 42)
        self.assertEqual(self.client.delay(chain(add.s(1, 2), mul.s(10))).result(), 30)
        self.assertEqual(self.client.delay(group(add.s(1, 2), add.s(3, 4))).result(), [3, 7])
        self.assertEqual(self.client.delay(chord([add.s(1, 2), add.s(3, 4)], tsum)).result(), 10)
        handles = self.client.batch([add.s(1, 2), mul.s(3, 4)])
        self.assertEqual([handle.result() for handle in handles], [3, 12])

    def test_options_and_idempotency(self):
        key = str(uuid.uuid4())
        first = self.client.apply("math.add", [1, 2], idempotency_key=key)
        self.assertEqual(self.client.apply("math.add", [1, 2], idempotency_key=key).task_id, first.task_id)
        info = self.client.apply("probe.request_info", headers={"tenant": "a"}, correlation_id="of-python").result()
        self.assertEqual((info["headers"], info["correlation_id"]), ({"tenant": "a"}, "of-python"))

    def test_failures(self):
        handle = self.client.delay("probe.fail")
        with self.assertRaises(TaskFailed) as failed:
            handle.result()
        self.assertEqual(failed.exception.type, "ExpectedError")
        with self.assertRaises(TaskFailed):
            handle.retry().result()
        with self.assertRaises(RequestRefused) as refused:
            self.client.delay("math.mul", "x", 2)
        self.assertEqual(refused.exception.errors[0]["path"], "/args/0")
        late = self.client.apply("math.add", [1, 2], countdown=600)
        with self.assertRaises(ResultTimeout):
            late.result(0.1)
        late.revoke()
        with self.assertRaises(TaskRevoked):
            late.result()

    def test_states(self):
        statuses = [record["status"] for record in self.client.delay("probe.progress", 3, 0.6)]
        self.assertIn("PROGRESS", statuses)
        self.assertEqual(statuses[-1], "SUCCESS")

    def test_stubs(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "stage_tasks.py")
            subprocess.run([sys.executable, "-m", "celeriac", "stubs", URL, "-o", out], check=True)
            sys.path.insert(0, folder)
            self.addCleanup(sys.path.remove, folder)
            import stage_tasks  # type: ignore[import-not-found]
        self.assertEqual(self.client.delay(stage_tasks.math.mul, 2, 3).result(), 6)


@unittest.skipUnless(URL, "needs a stage at CELERIAC_URL; npm run test:python starts one")
class AsyncStage(unittest.IsolatedAsyncioTestCase):
    async def test_the_same_verbs(self):
        client = AsyncClient(URL)
        self.assertEqual(await (await client.delay("math.add", 2, 2)).result(40), 4)
        self.assertEqual(await (await client.delay(chain(add.s(1, 2), mul.s(10)))).result(), 30)
        self.assertEqual([await one.result() for one in await client.batch([add.s(1, 2)])], [3])
        statuses = [record["status"] async for record in await client.delay("probe.progress", 2, 0.6)]
        self.assertEqual(statuses[-1], "SUCCESS")
        with self.assertRaises(TaskFailed):
            await (await client.delay("probe.fail")).result()


if __name__ == "__main__":
    unittest.main()
