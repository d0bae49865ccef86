"""Celery over the core's use cases."""
