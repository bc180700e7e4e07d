"""The shop's kit: all that its agent can know and do. Put together by hand."""

import re

from evals.retail import actions, asked, sources
from tools.kit import Kit

KIT = Kit(
    sources={
        "customer": sources.CUSTOMER,
        "order": sources.ORDER,
        "payment": sources.PAYMENT,
        "selection": asked.SELECTION,
        "change": asked.CHANGE,
        "destination": asked.DESTINATION,
    },
    actions=(
        actions.cancel_pending_order,
        actions.modify_pending_order_address,
        actions.modify_pending_order_payment,
        actions.modify_pending_order_items,
        actions.return_delivered_order_items,
        actions.exchange_delivered_order_items,
        actions.modify_user_address,
    ),
    ids={"order": re.compile(r"(?<!\w)#?(W\d{5,})\b", re.I)},
)
