"""What the revisions of a batch changed: found within the time that a batch has."""

from collections.abc import Sequence
from dataclasses import replace

from wiredesk.contracts.events import StoreStatus
from wiredesk_storage.batch_budget import Budget
from wiredesk_storage.core import Plan, Receipt, Row
from wiredesk_storage.revisions.comparison import verdict_of
from wiredesk_storage.revisions.kinds import Verdict


async def verdicts(pairs: Sequence[tuple[str, str]], budget: Budget) -> list[Verdict | None]:
    """Return what changed from the first to the second event of each pair of JSON documents, in order.

    None where `budget` does not suffice: the revision is stored without saying what it changed.

    Raises:
        BrokenError: the worker processes have ended.
    """
    return [await budget.run(len(before) + len(after), verdict_of, before, after) for before, after in pairs]


def compared(plan: Plan, rows: Sequence[Row], verdicts: Sequence[Verdict | None]) -> Plan:
    """Return the plan for `rows` with what each revision in `plan.replaced` changed, given in that order."""
    found = {(article, after): one for (article, _, after), one in zip(plan.replaced, verdicts, strict=True)}

    def told(row: Row, receipt: Receipt) -> Receipt:
        if receipt.status is not StoreStatus.REVISED or (row.article_id, receipt.revision) not in found:
            return receipt
        return replace(receipt, changed=found[row.article_id, receipt.revision])

    return replace(
        plan,
        receipts=[
            told(row, receipt) if isinstance(receipt, Receipt) else receipt
            for row, receipt in zip(rows, plan.receipts, strict=True)
        ],
        revisions=[(row, told(row, receipt)) for row, receipt in plan.revisions],
    )
