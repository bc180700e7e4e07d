"""Reads the shop's records: the customer, their orders, their payment methods. Everything here is the customer's own."""

from collections.abc import Sequence
from datetime import datetime

from evals.retail.facts import Customer, Order, Payment
from evals.retail.port import CURRENCY, Line, Method, Profile, Purchase, Shop
from evals.retail.words import method_named
from records.ids import CustomerId
from tools.sources import Focus, Source
from tools.systems import Systems

LABELS = {"gift_card": "gift card", "paypal": "PayPal account", "credit_card": "credit card"}


def shop_of(systems: Systems) -> Shop:
    """Raises SystemUnavailable when no shop is connected."""
    shop: Shop = systems.port("shop")
    return shop


def access_profile(record: Profile | None, customer: CustomerId) -> Profile | None:
    if record is None:
        return None
    if record.id != customer:
        return None
    return record


def access_purchase(record: Purchase | None, customer: CustomerId) -> Purchase | None:
    if record is None:
        return None
    if record.customer != customer:
        return None
    return record


async def own_profile(systems: Systems, customer: CustomerId) -> Profile | None:
    return access_profile(await shop_of(systems).profile(customer), customer)


async def own_purchase(systems: Systems, customer: CustomerId, focus: Focus) -> Purchase | None:
    """The order that is named; without a name the only one the customer has."""
    named = text_in(focus, "order_id") or text_in(focus, "order")
    if not named:
        profile = await own_profile(systems, customer)
        if profile is None or len(profile.orders) != 1:
            return None
        named = profile.orders[0]
    return access_purchase(await shop_of(systems).purchase(customer, order_id(named)), customer)


def order_id(written: str) -> str:
    """Customers leave out the sign and the letter: `w2611340` and `2611340` are `#W2611340`."""
    return f"#W{written.lstrip('#').lstrip('Ww')}"


def text_in(focus: Focus, key: str) -> str:
    value = focus.get(key)
    return value if isinstance(value, str) else ""


async def read_customer(systems: Systems, customer: CustomerId, _focus: Focus, _now: datetime) -> Customer | None:
    found = await own_profile(systems, customer)
    if found is None:
        return None
    return Customer(
        id=found.id,
        name=found.name,
        email=found.email,
        tier="standard",
        language="en",
        address=found.address.line,
        payment_methods=[method.id for method in found.methods],
        revision=found.revision,
    )


async def read_order(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Order | None:
    found = await own_purchase(systems, customer, focus)
    if found is None:
        return None
    paid = [payment.method for payment in found.payments if payment.kind == "payment"]
    return Order(
        id=found.id,
        customer=found.customer,
        status=found.status,
        items=[line.item for line in found.lines],
        described=described(found.lines),
        total=sum(line.price for line in found.lines),
        currency=CURRENCY,
        payment=paid[-1] if paid else "",
        original_payment=paid[0] if paid else "",
        address=found.address.line,
        tracking=found.tracking,
        revision=found.revision,
    )


def described(lines: Sequence[Line]) -> str:
    return ", ".join(line.name for line in lines)


async def read_payment(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Payment | None:
    profile = await own_profile(systems, customer)
    if profile is None:
        return None
    named, said = text_in(focus, "payment_method_id"), text_in(focus, "pay_with")
    if named:
        found = next((method for method in profile.methods if method.id == named), None)
    else:
        found = method_named(profile.methods, said, await own_purchase(systems, customer, focus)) if said else None
    return _payment(found) if found else None


def _payment(method: Method) -> Payment:
    label = f"{LABELS.get(method.kind, method.kind)} {method.id}"
    return Payment(id=method.id, customer=method.customer, kind=method.kind, label=label, balance=method.balance)


CUSTOMER = Source(
    fact=Customer,
    system="shop",
    about="Looks up who the customer is: name, e-mail, default address, ids of their payment methods.",
    read=read_customer,
)
ORDER = Source(
    fact=Order,
    system="shop",
    about="Looks up one of the customer's orders by its id: status, items, total, payment method, address.",
    read=read_order,
    focus=("order_id", "order"),
)
PAYMENT = Source(
    fact=Payment,
    system="shop",
    about="Looks up one of the customer's payment methods by its id: its kind, and what a gift card still holds.",
    read=read_payment,
    focus=("payment_method_id", "pay_with", "order_id", "order"),
)
