"""Runs the tasks of a Celery app for the supervisor of a Lambda. docs/architecture.md says how."""
