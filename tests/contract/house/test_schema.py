"""The migrations make exactly the tables that the code describes, and the claim reads by its index."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from syndicator.store.schema import metadata
from tests.contract.house.conftest import House


def test_the_migrated_database_is_the_one_that_the_code_describes(house: House) -> None:
    with house.service.database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_claim_reads_the_next_due_by_its_index(house: House) -> None:
    database = house.service.database
    with database.write() as connection:
        connection.execute(
            text("""
                INSERT INTO deliveries (event_seq, endpoint_no, lane, state, due_at, series_at, follows)
                SELECT x, 1, 2, CASE WHEN x % 2 = 0 THEN 'waiting' WHEN x % 3 = 0 THEN 'queued' ELSE 'delivered' END,
                       x, 0, FALSE
                  FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 40000)
                        SELECT x FROM n) numbers
            """)
        )
        connection.execute(text("ANALYZE"))
    explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
    asked = text(f"""
        {explain} SELECT d.id FROM deliveries d
         WHERE d.state = 'waiting' AND d.lane = :lane AND d.due_at <= :now ORDER BY d.due_at LIMIT 50
    """)
    with database.read() as connection:
        plan = str(connection.execute(asked, {"lane": 2, "now": 10**15}).all())
    assert "ix_deliveries_waiting" in plan, plan
