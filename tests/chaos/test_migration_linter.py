"""The migration linter refuses what the running version could not bear, and accepts the expand step."""

from __future__ import annotations

import pytest

from harness.migrations import refusals


@pytest.mark.parametrize(
    "sql",
    [
        'ALTER TABLE "t" DROP COLUMN "a" CASCADE;',
        'ALTER TABLE "t" RENAME COLUMN "a" TO "b";',
        'ALTER TABLE "t" ADD COLUMN "a" integer DEFAULT 0 NOT NULL; ALTER TABLE "t" ALTER COLUMN "a" DROP DEFAULT;',
        'ALTER TABLE "t" ALTER COLUMN "a" TYPE varchar(9);',
        'CREATE INDEX "i" ON "t" ("a");',
        'BEGIN; CREATE INDEX CONCURRENTLY "i" ON "t" ("a"); COMMIT;',
        'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("a" > 0);',
        'BEGIN; ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID;'
        ' ALTER TABLE "t" VALIDATE CONSTRAINT "c"; COMMIT;',
    ],
)
def test_change_that_breaks_the_running_version_is_refused(sql):
    assert refusals({"orders.bad": sql})


@pytest.mark.parametrize(
    "sql",
    [
        'ALTER TABLE "t" ADD COLUMN "a" integer DEFAULT 0 NOT NULL; ALTER TABLE "t" ADD COLUMN "b" integer NULL;',
        'CREATE INDEX CONCURRENTLY "i" ON "t" ("a");',
        'ALTER TABLE "t" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID; ALTER TABLE "t" VALIDATE CONSTRAINT "c";',
    ],
)
def test_expand_step_is_accepted(sql):
    assert refusals({"orders.good": sql}) == []
