-- Questions that are late and have no answer, for whoever counts them.
CREATE INDEX expectations_late ON expectations(id) WHERE state = 3 AND answers = 0;
