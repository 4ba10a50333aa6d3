-- By which rule the deliveries of a target were last put in order (see `LaneRule`).
CREATE TABLE rules(
  target INTEGER PRIMARY KEY,
  rule INTEGER NOT NULL
) STRICT;

-- Where that rule changed while something was unfinished: what comes after this rank waits for what came before.
CREATE TABLE seams(
  target INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  PRIMARY KEY(target, rank)
) STRICT, WITHOUT ROWID;

-- The last rank that a draining or waiting lane starts, and the lane that a waiting one waits for.
ALTER TABLE lanes RENAME COLUMN until TO through;
ALTER TABLE lanes ADD COLUMN after INTEGER;
-- A wait for the target was a state that nothing wrote; a drain had no end.
UPDATE lanes SET state = CASE state WHEN 4 THEN 1 ELSE 0 END, through = NULL WHERE state IN (2, 4);
