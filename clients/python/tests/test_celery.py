"""Celery's revoke over HTTP, with an app of Celery that is none."""

import types
import unittest
import uuid
from unittest import mock

from celeriac import Client
from celeriac import celery as bridge
from celeriac.celery import own_id, revoke_by_http
from celeriac.errors import RequestRefused

UUID = "0189f7d2-6f0a-4c7e-9a53-2b1f6f0c9e11"


def not_there():
    return RequestRefused(404, "unknown_task", "There is no such task.")


class Revoke(unittest.TestCase):
    def setUp(self):
        self.client = Client("http://localhost:1")
        self.request = mock.Mock(return_value=None)
        self.client.http.request = self.request
        self.app = types.SimpleNamespace(control=types.SimpleNamespace())
        revoke_by_http(self.app, self.client)
        pause = mock.patch.object(bridge, "PAUSE", 0)
        pause.start()
        self.addCleanup(pause.stop)

    def paths(self):
        return [(call.args[1], call.kwargs["body"]["terminate"]) for call in self.request.call_args_list]

    def test_revokes_one_and_many(self):
        self.app.control.revoke(UUID, connection=None, terminate=True, signal="SIGTERM", reply=False, timeout=None)
        self.app.control.revoke([UUID, UUID], terminate=None)
        self.app.control.terminate(UUID, signal="SIGKILL")
        path = f"/tasks/{UUID}/revoke"
        self.assertEqual(self.paths(), [(path, True), (path, False), (path, False), (path, True)])

    def test_asks_again_for_a_message_under_way(self):
        self.request.side_effect = [not_there(), None]
        self.app.control.revoke(UUID)
        self.assertEqual(len(self.paths()), 2)

    def test_gives_up_on_a_task_of_somebody_else(self):
        self.request.side_effect = not_there()
        with mock.patch.object(bridge, "PATIENCE", -1):
            self.app.control.revoke(UUID)
        self.assertEqual(len(self.paths()), 1)

    def test_tells_what_is_refused_for_another_reason(self):
        self.request.side_effect = RequestRefused(403, "forbidden", "No.")
        with self.assertRaises(RequestRefused):
            self.app.control.revoke(UUID)

    def test_finds_ids_that_are_no_uuids(self):
        # What src/aws/ids.ts derives: derivedId("celery", "my-own-id.1").
        self.assertEqual(own_id("my-own-id.1"), "02ee963b-d2f2-541e-b019-a75ba92238a2")
        self.assertEqual(own_id(UUID.upper()), UUID)
        self.assertEqual(uuid.UUID(own_id(UUID.replace("-", ""))).version, 5)
