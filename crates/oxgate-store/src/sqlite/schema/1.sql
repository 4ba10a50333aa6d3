CREATE TABLE meta(
  name TEXT PRIMARY KEY,
  value ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE names(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  UNIQUE(kind, name)
) STRICT;

CREATE TABLE data_keys(
  id INTEGER PRIMARY KEY,
  kek TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE events(
  seq INTEGER PRIMARY KEY,
  tag INTEGER NOT NULL,
  direction INTEGER NOT NULL,
  door INTEGER NOT NULL,
  partner INTEGER NOT NULL,
  model INTEGER NOT NULL,
  event_type INTEGER NOT NULL,
  source INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  facility INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  parent INTEGER,
  content BLOB NOT NULL,
  content_type TEXT,
  body_bytes INTEGER NOT NULL,
  body INTEGER,
  refs TEXT,
  correlation BLOB
) STRICT;

-- slot = body id * 4096 + part; event stands on part 0 once the event is written.
CREATE TABLE bodies(
  slot INTEGER PRIMARY KEY,
  event INTEGER,
  codec INTEGER NOT NULL,
  data_key INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE staging(
  body INTEGER PRIMARY KEY,
  begun_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dedup(
  scope INTEGER NOT NULL,
  key BLOB NOT NULL,
  content BLOB NOT NULL,
  event INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE dedup_variants(
  scope INTEGER NOT NULL,
  key BLOB NOT NULL,
  content BLOB NOT NULL,
  event INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(scope, key, content)
) STRICT, WITHOUT ROWID;

CREATE TABLE lanes(
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL,
  scope BLOB NOT NULL,
  label TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  by_event INTEGER,
  by_tag INTEGER,
  by_n INTEGER,
  UNIQUE(target, scope)
) STRICT;

-- origin: the number of the delivery that this one repeats or replaces.
CREATE TABLE deliveries(
  event INTEGER NOT NULL,
  n INTEGER NOT NULL,
  tag INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  counted_since INTEGER,
  due_at INTEGER NOT NULL,
  expires_at INTEGER,
  cancel_wished INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  rank INTEGER NOT NULL,
  origin INTEGER,
  out_of_order INTEGER NOT NULL,
  status INTEGER,
  keys BLOB NOT NULL,
  receipt TEXT,
  PRIMARY KEY(event, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_open ON deliveries(lane, rank, n) WHERE state < 10;
CREATE INDEX deliveries_parked ON deliveries(lane, rank, n) WHERE state = 10;
CREATE INDEX deliveries_doubt ON deliveries(event, n) WHERE state IN (1, 2);
-- Only sends to Redox have a receipt, and their rate is bounded by Redox's quota.
CREATE INDEX deliveries_receipt ON deliveries(receipt) WHERE receipt IS NOT NULL;

CREATE TABLE attempts(
  event INTEGER NOT NULL,
  n INTEGER NOT NULL,
  no INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  status INTEGER,
  reason TEXT NOT NULL,
  detail INTEGER,
  PRIMARY KEY(event, n, no)
) STRICT, WITHOUT ROWID;

-- What the delivery row forgets: every turn of a delivery's life that is not its plain way to settled.
CREATE TABLE steps(
  event INTEGER NOT NULL,
  n INTEGER NOT NULL,
  no INTEGER NOT NULL,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT,
  PRIMARY KEY(event, n, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_holds(
  lane INTEGER NOT NULL,
  key INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  n INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY(lane, key, rank, n, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE lane_holds(
  lane INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  n INTEGER NOT NULL,
  event INTEGER NOT NULL,
  tag INTEGER NOT NULL,
  PRIMARY KEY(lane, rank, n, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE expectations(
  id INTEGER PRIMARY KEY,
  event INTEGER NOT NULL,
  rule INTEGER NOT NULL,
  partner INTEGER NOT NULL,
  state INTEGER NOT NULL,
  within_ms INTEGER,
  due_at INTEGER,
  closes_at INTEGER,
  was_late INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  first_at INTEGER,
  last_at INTEGER
) STRICT;
CREATE INDEX expectations_due ON expectations(due_at) WHERE state = 1;
CREATE INDEX expectations_closing ON expectations(closes_at) WHERE state < 4;
CREATE INDEX expectations_event ON expectations(event);

CREATE TABLE expectation_keys(
  partner INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  hash BLOB NOT NULL,
  expectation INTEGER NOT NULL,
  role INTEGER NOT NULL,
  PRIMARY KEY(partner, kind, hash, expectation)
) STRICT, WITHOUT ROWID;
CREATE INDEX expectation_keys_expectation ON expectation_keys(expectation);

CREATE TABLE answers(
  expectation INTEGER NOT NULL,
  event INTEGER NOT NULL,
  part INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  fit INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(expectation, event, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_event ON answers(event);

-- Keyed hashes of identifiers, by the day of their event, so that what retention removes lies together.
CREATE TABLE event_keys(
  day INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  hash BLOB NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY(day, kind, hash, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE submissions(
  client INTEGER NOT NULL,
  key BLOB NOT NULL,
  body BLOB NOT NULL,
  event INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY(client, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE rate_slots(
  egress INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY(egress, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit(
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  event INTEGER,
  n INTEGER,
  note TEXT NOT NULL
) STRICT;
