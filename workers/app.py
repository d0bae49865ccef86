"""The Celery application: how tasks are queued and run. Messages carry ids only, and any of them may vanish."""

from urllib.parse import parse_qs, urlsplit

from celery import Celery

from workers.tasks import register

QUEUE = "syndicator"


def make_app(broker_url: str, threads: int) -> Celery:
    """An application with the service's tasks on this broker.

    A task is acknowledged when it is done, and given to another worker when its own dies. There is no
    result backend and no ETA: what came of a task, and when to try again, stands in the database.
    """
    app = Celery("syndicator", broker=_verified(broker_url))
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_pool="threads",
        worker_concurrency=threads,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker outlives a broker that is away for an hour; Celery's 100 do not
        broker_channel_error_retry=True,  # nor one that refuses for a while, as a server does that became a replica
        broker_connection_timeout=2,
        broker_transport_options=_transport_options(broker_url),
        task_publish_retry=False,
        accept_content=["json"],
        task_serializer="json",
        timezone="UTC",
    )
    register(app)
    # Threads of the pool look for "the current application"; there is one per process.
    app.set_default()
    return app


def _verified(broker_url: str) -> str:
    """The address; with rediss:// the server's certificate is checked, which Celery does only where told to."""
    parts = urlsplit(broker_url)
    if parts.scheme != "rediss" or "ssl_cert_reqs" in parse_qs(parts.query):
        return broker_url
    return f"{broker_url}{'&' if parts.query else '?'}ssl_cert_reqs=required"


def _transport_options(broker_url: str) -> dict[str, object]:
    if broker_url.startswith("redis"):
        # A message whose worker died comes back after a minute; until then the sweep has it anyhow.
        return {
            "visibility_timeout": 60,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "health_check_interval": 10,
            "socket_timeout": 10,
            "socket_connect_timeout": 2,
        }
    return {"polling_interval": 0.01}
