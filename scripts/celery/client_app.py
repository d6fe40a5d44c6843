"""The app of an unmodified client of Celery, against the AWS services at a URL."""

from urllib.parse import urlparse

from celery import Celery


def client_app(name, endpoint):
    address = urlparse(endpoint).netloc
    app = Celery(name, broker=f"sqs://local:local@{address}")
    app.conf.update(
        broker_transport_options={"region": "us-east-1", "is_secure": False},
        result_backend=f"dynamodb://local:local@{address}/celery?ttl_seconds=3600",
        task_default_queue="celery",
    )
    return app
