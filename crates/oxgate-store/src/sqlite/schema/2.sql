-- What became of a send behind Redox; absent until Redox says.
ALTER TABLE deliveries ADD COLUMN downstream INTEGER;

-- Whose outcome was in doubt, and which attempts failed, by time: what else may have left a log at Redox then.
CREATE INDEX attempts_ended ON attempts(ended_at);
CREATE INDEX steps_unknown ON steps(at) WHERE what = 'unknown';

-- How far something has been read that is read on from there.
CREATE TABLE cursors(
  name TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
