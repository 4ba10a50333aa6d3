-- Targets that are given events from before their time: since when, how far, up to which; the events from there on have them.
CREATE TABLE catch_ups(
  target TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  through INTEGER NOT NULL,
  last INTEGER NOT NULL,
  given INTEGER NOT NULL,
  without_body INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
