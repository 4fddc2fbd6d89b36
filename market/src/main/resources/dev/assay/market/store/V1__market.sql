-- The market's tables. Ids and digests are 64 lower-case hex digits, instants RFC 3339 in UTC,
-- amounts micro-units. Plain SQL that SQLite and PostgreSQL both take.

-- Public keys of tenants, auditors and providers.
CREATE TABLE party (
    id  TEXT NOT NULL PRIMARY KEY,
    pem TEXT NOT NULL
);

-- What each account holds: always the sum of its transfers.
CREATE TABLE account (
    name   TEXT   NOT NULL,
    denom  TEXT   NOT NULL,
    micros BIGINT NOT NULL,
    PRIMARY KEY (name, denom),
    CHECK (micros >= 0 OR name = 'outside')
);

CREATE TABLE transfer (
    id           BIGINT NOT NULL PRIMARY KEY,
    source       TEXT   NOT NULL,
    target       TEXT   NOT NULL,
    denom        TEXT   NOT NULL,
    micros       BIGINT NOT NULL CHECK (micros > 0),
    cause        TEXT   NOT NULL,
    cause_digest TEXT   NOT NULL,
    made_at      TEXT   NOT NULL
);

CREATE INDEX transfer_cause ON transfer (cause, cause_digest);

CREATE TABLE orders (
    id    TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL
);

CREATE INDEX orders_state ON orders (state);

CREATE TABLE bid (
    order_id      TEXT   NOT NULL REFERENCES orders (id),
    provider      TEXT   NOT NULL REFERENCES party (id),
    provider_name TEXT   NOT NULL,
    rate          BIGINT NOT NULL,
    deposit       BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    PRIMARY KEY (order_id, provider)
);

CREATE TABLE lease (
    id       TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE REFERENCES orders (id),
    provider TEXT NOT NULL REFERENCES party (id),
    state    TEXT NOT NULL,
    attempt  TEXT NOT NULL,
    stopping BIGINT NOT NULL CHECK (stopping IN (0, 1))
);

CREATE INDEX lease_state ON lease (state);

-- What happened to an order. The signed documents are in the events' bodies; log_index is where
-- the transparency log holds an event's document.
CREATE TABLE event (
    order_id    TEXT   NOT NULL REFERENCES orders (id),
    sequence    BIGINT NOT NULL,
    happened_at TEXT   NOT NULL,
    log_index   BIGINT,
    body        TEXT   NOT NULL,
    PRIMARY KEY (order_id, sequence)
);

-- How a provider's leases ended, each citing the settlement in the log; what it did in how long
-- when the result was verified, otherwise 0 rows.
CREATE TABLE outcome (
    lease_id    TEXT   NOT NULL PRIMARY KEY REFERENCES lease (id),
    provider    TEXT   NOT NULL REFERENCES party (id),
    kind        TEXT   NOT NULL,
    settlement  TEXT   NOT NULL,
    model       TEXT   NOT NULL,
    engine      TEXT   NOT NULL,
    row_count   BIGINT NOT NULL,
    wall_millis BIGINT NOT NULL,
    happened_at TEXT   NOT NULL
);

CREATE INDEX outcome_provider ON outcome (provider);
