"""What runs for months holds no library that it does not use: each would cost every worker megabytes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import EXAMPLE, ROOT, environment
from tests.servers.places import free_port

LIBRARIES = ("PIL", "alembic", "mako", "rich", "pygments", "mammoth")
RUN = """
import json, sys
from config.settings import Settings
from syndicator import log
from syndicator.cli import compose
from syndicator.model.release import Record
log.configure("error")
with compose.embedded(Settings()) as running:
    running.service.submit(Record.model_validate_json({record!r}, strict=True), owner="operator", key="key")
    running.service.drain()
    print(json.dumps(sorted(sys.modules)))
"""
WORK = """
import json, sys
from config.settings import Settings
from syndicator import log
from syndicator.bootstrap import Syndicator
from syndicator.cli import compose
from syndicator.model.release import Record
from workers import app, standalone
log.configure("error")
service = Syndicator(Settings())
standalone.connect(service)
app.make_app(service.settings.broker_url, 1).Worker(pool="threads", quiet=True)
service.get_ready()
service.submit(Record.model_validate_json({record!r}, strict=True), owner="operator", key="key")
service.drain()
print(json.dumps(sorted(sys.modules)))
service.close()
"""


def loaded(folder: Path, code: str) -> set[str]:
    surroundings = {**environment(folder), "SYNDICATOR_PORT": str(free_port())}
    migrate = [sys.executable, "-m", "syndicator", "migrate"]
    subprocess.run(migrate, env=surroundings, cwd=ROOT, check=True, capture_output=True, timeout=60)
    done = subprocess.run(
        [sys.executable, "-c", code.format(record=EXAMPLE.read_text(encoding="utf-8"))],
        env=surroundings,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(json.loads(done.stdout.splitlines()[0]))


def test_the_whole_service_holds_nothing_that_only_commands_and_uploads_use(tmp_path: Path) -> None:
    modules = loaded(tmp_path, RUN)
    assert {"fastapi", "celery", "lxml"} <= modules
    assert modules & set(LIBRARIES) == set()


def test_a_worker_holds_no_web_server_either(tmp_path: Path) -> None:
    modules = loaded(tmp_path, WORK)
    assert {"celery", "lxml"} <= modules
    assert modules & {*LIBRARIES, "fastapi", "starlette", "uvicorn"} == set()
