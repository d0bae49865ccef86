"""Ways to break the service on purpose: the model has to see each of them."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from sqlalchemy import text

from syndicator.model.lifecycle import LANES, EventType, Lane
from syndicator.services import courier
from syndicator.store import backlogs, deliveries, endpoints

Break = Callable[[pytest.MonkeyPatch], None]


def _without(patch: pytest.MonkeyPatch, module: object, name: str, *parts: str, instead: str = "TRUE") -> None:
    """The statement with ``instead`` in place of these parts."""
    found = getattr(module, name)
    sql = getattr(found, "text", found)
    for part in parts:
        assert part in sql, f"{name} has no {part!r} any more"
        sql = sql.replace(part, instead)
    patch.setattr(module, name, sql if isinstance(found, str) else text(sql))


def nothing_is_superseded(patch: pytest.MonkeyPatch) -> None:
    _without(patch, deliveries, "_SUPERSEDE", "state IN ('waiting', 'queued', 'parked')", instead="FALSE")
    patch.setattr(deliveries, "_IS_OUTDATED", "FALSE")


def withdrawals_stand_in_line(patch: pytest.MonkeyPatch) -> None:
    for kind in (EventType.WITHDRAWN, EventType.WITHHELD):
        patch.setitem(LANES, kind, Lane.PUBLISH)


def only_delivered_is_received(patch: pytest.MonkeyPatch) -> None:
    known_bad = deliveries._RECEIVED.replace(deliveries.RECEIVED, "o.state = 'delivered'")
    assert known_bad != deliveries._RECEIVED
    patch.setattr(deliveries, "_RECEIVED", known_bad)


def whatever_was_meant_is_received(patch: pytest.MonkeyPatch) -> None:
    _without(patch, deliveries, "_RECEIVED", deliveries.RECEIVED)


def claims_have_no_fence(patch: pytest.MonkeyPatch) -> None:
    _without(patch, deliveries, "_DELIVERED", "claim_token = :token")
    _without(patch, deliveries, "_RETRIED", "deliveries.claim_token = :token")


def embargoes_are_not_checked_again(patch: pytest.MonkeyPatch) -> None:
    nets = ("d.due_at <= :now", "r.published_at <= :now", "COALESCE(r.embargo_until, :now) <= :now")
    _without(patch, deliveries, "_DUE", *nets)
    patch.setattr(deliveries, "_first_due", lambda _: {lane.order: 0 for lane in Lane})


def versions_of_a_release_go_out_at_once(patch: pytest.MonkeyPatch) -> None:
    _without(patch, deliveries, "_DUE", "(NOT d.follows OR NOT EXISTS (", instead="(TRUE OR NOT EXISTS (")


def disabled_endpoints_are_told(patch: pytest.MonkeyPatch) -> None:
    _without(patch, deliveries, "_FAN_OUT", "e.state IN ('active', 'paused')")


def old_payloads_are_kept(patch: pytest.MonkeyPatch) -> None:
    class _NoRewrites:
        REWRITE = None

        @staticmethod
        def last(_connection: object, _name: object) -> int:
            return 0

    patch.setattr(courier, "numbers", _NoRewrites)


def resumed_endpoints_stay_parked(patch: pytest.MonkeyPatch) -> None:
    _without(patch, backlogs, "_SOME", "WHERE d.endpoint_no", instead="WHERE d.lane < 2 AND d.endpoint_no")


def rests_never_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(endpoints, "backoff_over", lambda *_: None)


SEEDS: Final = (1, 2, 5, 12)
STEPS: Final = 100
KNOWN_BAD: Final[Mapping[str, tuple[Break, int]]] = {
    broken.__name__: (broken, seed)
    for seed, some in {
        1: (
            nothing_is_superseded,
            withdrawals_stand_in_line,
            only_delivered_is_received,
            whatever_was_meant_is_received,
            claims_have_no_fence,
            embargoes_are_not_checked_again,
            disabled_endpoints_are_told,
            resumed_endpoints_stay_parked,
        ),
        2: (rests_never_end,),
        5: (old_payloads_are_kept,),
        12: (versions_of_a_release_go_out_at_once,),
    }.items()
    for broken in some
}
"""Each with the seed whose run shows it best."""
