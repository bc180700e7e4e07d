-- The shop's own tables. Money is whole cents.
CREATE TABLE users (
    id        text PRIMARY KEY,
    name      text NOT NULL,
    email     text NOT NULL,
    address   jsonb NOT NULL,                   -- address1, address2, city, state, country, zip
    revision  int NOT NULL DEFAULT 0
);
CREATE TABLE methods (
    customer  text NOT NULL REFERENCES users,
    id        text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('gift_card', 'paypal', 'credit_card')),
    balance   bigint,                           -- of a gift card
    PRIMARY KEY (customer, id),
    CHECK ((kind = 'gift_card') = (balance IS NOT NULL))
);
CREATE TABLE items (
    id        text PRIMARY KEY,
    product   text NOT NULL,
    name      text NOT NULL,
    options   jsonb NOT NULL,
    available boolean NOT NULL,
    price     bigint NOT NULL
);
CREATE INDEX items_of_product ON items (product);
CREATE TABLE orders (
    id        text PRIMARY KEY,
    customer  text NOT NULL REFERENCES users,
    status    text NOT NULL,
    address   jsonb NOT NULL,
    tracking  text NOT NULL,
    revision  int NOT NULL DEFAULT 0,
    request   jsonb                             -- the return or exchange that was asked for
);
CREATE INDEX orders_of_customer ON orders (customer);
CREATE TABLE lines (
    order_id  text NOT NULL REFERENCES orders,
    position  int NOT NULL,
    item      text NOT NULL,
    product   text NOT NULL,
    name      text NOT NULL,
    price     bigint NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE TABLE payments (
    order_id  text NOT NULL REFERENCES orders,
    position  int NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('payment', 'refund')),
    method    text NOT NULL,
    amount    bigint NOT NULL,
    PRIMARY KEY (order_id, position)
);
CREATE TABLE effects (                          -- one row per real effect
    key       text PRIMARY KEY,
    reference text NOT NULL,
    operation text NOT NULL,
    customer  text NOT NULL,
    arguments jsonb NOT NULL,
    amount    bigint
);
