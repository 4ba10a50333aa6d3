//! Every fixed statement, in one list, so that a test can ask SQLite how it would run each of them.

macro_rules! statements {
    ($($name:ident = $($text:literal)+;)*) => {
        $(pub(super) const $name: &str = concat!($($text),+);)*

        /// All of them, by name.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

statements! {
    // Names and meta.
    NAME_ID = "SELECT id FROM names WHERE kind = ?1 AND name = ?2";
    NAME_TEXT = "SELECT name FROM names WHERE id = ?1";
    NAME_INSERT = "INSERT INTO names(kind, name) VALUES (?1, ?2)";
    NAMES_OF_KIND = "SELECT id FROM names WHERE kind = ?1";
    META_GET = "SELECT value FROM meta WHERE name = ?1";
    META_SET = "INSERT OR REPLACE INTO meta(name, value) VALUES (?1, ?2)";
    DATA_KEY_INSERT = "INSERT INTO data_keys(id, kek, wrapped, made_at) VALUES (?1, ?2, ?3, ?4)";
    DATA_KEYS = "SELECT id, kek, wrapped, made_at FROM data_keys ORDER BY id";

    // Events and bodies.
    EVENT_LAST = "SELECT max(seq) FROM events";
    EVENT_TAG = "SELECT tag FROM events WHERE seq = ?1";
    EVENT_DIRECTION = "SELECT direction FROM events WHERE seq = ?1";
    EVENT_KIND = "SELECT coalesce((SELECT name FROM names WHERE id = model), ''),"
        " coalesce((SELECT name FROM names WHERE id = event_type), '') FROM events WHERE seq = ?1";
    EVENT_INSERT = "INSERT INTO events(seq, tag, direction, door, partner, model, event_type, source, destination,"
        " facility, flags, accepted_at, parent, content, content_type, body_bytes, body, refs, correlation)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    EVENT_BODY = "SELECT body FROM events WHERE seq = ?1 AND tag = ?2";
    EVENT_CORRELATION = "SELECT tag, correlation FROM events WHERE seq = ?1";
    EVENT_BODY_CLEAR = "UPDATE events SET body = NULL WHERE seq = ?1 AND body = ?2";
    EVENT_HAS_BODY = "SELECT 1 FROM events WHERE seq = ?1 AND body IS NOT NULL";
    EVENT_ACCEPTED_AT = "SELECT accepted_at FROM events WHERE seq = ?1";
    BODY_LAST = "SELECT max(slot) FROM bodies";
    BODY_INSERT = "INSERT INTO bodies(slot, event, codec, data_key, bytes) VALUES (?1, ?2, ?3, ?4, ?5)";
    BODY_OWN = "UPDATE bodies SET event = ?2 WHERE slot = ?1";
    BODY_PARTS = "SELECT slot, codec, data_key, bytes FROM bodies WHERE slot BETWEEN ?1 AND ?2 ORDER BY slot";
    BODY_DELETE = "DELETE FROM bodies WHERE slot BETWEEN ?1 AND ?2";
    BODY_WALK = "SELECT slot, event FROM bodies WHERE slot >= ?1 ORDER BY slot LIMIT ?2";
    EVENTS_RECENT = "SELECT seq, direction, door, destination, content FROM events WHERE seq > ?1 ORDER BY seq";
    EVENT_WALK = "SELECT seq, accepted_at, body IS NULL FROM events WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    EVENT_DELETE = "DELETE FROM events WHERE seq = ?1";
    STAGING_INSERT = "INSERT OR IGNORE INTO staging(body, begun_at) VALUES (?1, ?2)";
    STAGING_DELETE = "DELETE FROM staging WHERE body = ?1";
    STAGING_OLD = "SELECT body FROM staging WHERE begun_at < ?1 LIMIT ?2";

    // De-duplication.
    DEDUP_GET = "SELECT event, content FROM dedup WHERE scope = ?1 AND key = ?2";
    DEDUP_INSERT = "INSERT OR REPLACE INTO dedup(scope, key, content, event, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    DEDUP_WALK = "SELECT scope, key, event, at FROM dedup WHERE (scope, key) > (?1, ?2) ORDER BY scope, key LIMIT ?3";
    DEDUP_DELETE = "DELETE FROM dedup WHERE scope = ?1 AND key = ?2";
    VARIANT_GET = "SELECT event FROM dedup_variants WHERE scope = ?1 AND key = ?2 AND content = ?3";
    VARIANTS_KNOWN = "SELECT event FROM dedup_variants WHERE scope = ?1 AND key = ?2 LIMIT ?3";
    VARIANT_INSERT = "INSERT INTO dedup_variants(scope, key, content, event, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    VARIANTS_OF_KEY = "SELECT event FROM dedup_variants WHERE scope = ?1 AND key = ?2";
    VARIANTS_DELETE = "DELETE FROM dedup_variants WHERE scope = ?1 AND key = ?2";
    SUBMISSION_GET = "SELECT event, body FROM submissions WHERE client = ?1 AND key = ?2";
    SUBMISSION_INSERT = "INSERT INTO submissions(client, key, body, event, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    SUBMISSION_WALK = "SELECT client, key, at FROM submissions WHERE (client, key) > (?1, ?2)"
        " ORDER BY client, key LIMIT ?3";
    SUBMISSION_DELETE = "DELETE FROM submissions WHERE client = ?1 AND key = ?2";

    // Lanes.
    LANES = "SELECT id, target, scope, label, state, reason, since, through, by_event, by_tag, by_n, after FROM lanes";
    LANE_NAMES = "SELECT target, label FROM lanes WHERE id = ?1";
    LANE_INSERT = "INSERT INTO lanes(target, scope, label, state, reason, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    LANE_UPDATE = "UPDATE lanes SET state = ?2, reason = ?3, since = ?4, through = ?5, by_event = ?6, by_tag = ?7,"
        " by_n = ?8, after = ?9 WHERE id = ?1";
    LANES_BUSY = "SELECT id FROM lanes WHERE EXISTS"
        " (SELECT 1 FROM deliveries WHERE lane = lanes.id AND state < 10)";
    LANES_PARKED = "SELECT id FROM lanes WHERE EXISTS"
        " (SELECT 1 FROM deliveries WHERE lane = lanes.id AND state = 10)";
    LANE_COUNT_OPEN = "SELECT count(*) FROM deliveries WHERE lane = ?1 AND state < 10";
    LANE_COUNT_PARKED = "SELECT count(*) FROM deliveries WHERE lane = ?1 AND state = 10";
    LANE_OLDEST = "SELECT e.accepted_at FROM deliveries d JOIN events e ON e.seq = d.event"
        " WHERE d.lane = ?1 AND d.state < 10 ORDER BY d.rank, d.n LIMIT 1";
    // Unfinished deliveries of a lane up to a rank, of which one would do.
    LANE_OPEN_THROUGH = "SELECT 1 FROM deliveries WHERE lane = ?1 AND state < 10 AND rank <= ?2 LIMIT 1";
    LANE_PARKED_THROUGH = "SELECT 1 FROM deliveries WHERE lane = ?1 AND state = 10 AND rank <= ?2 LIMIT 1";
    LANE_OPEN_FIRST = "SELECT rank FROM deliveries WHERE lane = ?1 AND state < 10 ORDER BY rank, n LIMIT 1";
    LANE_OPEN_BEYOND = "SELECT 1 FROM deliveries WHERE lane = ?1 AND state < 10 AND rank > ?2 LIMIT 1";
    LANE_HOLD_THROUGH = "SELECT 1 FROM lane_holds WHERE lane = ?1 AND rank <= ?2 LIMIT 1";
    KEY_HOLD_THROUGH = "SELECT 1 FROM key_holds WHERE lane = ?1 AND rank <= ?2 LIMIT 1";
    LANE_HOLDS_MOVE = "UPDATE lane_holds SET lane = ?2 WHERE lane = ?1";
    KEY_HOLDS_MOVE = "UPDATE key_holds SET lane = ?2 WHERE lane = ?1";
    DELIVERY_MOVE = "UPDATE deliveries SET lane = ?3 WHERE event = ?1 AND n = ?2";
    DELIVERY_OVERTAKEN = "UPDATE deliveries SET out_of_order = 1 WHERE event = ?1 AND n = ?2 AND out_of_order = 0";
    RULES = "SELECT target, rule FROM rules";
    RULE_SET = "INSERT OR REPLACE INTO rules(target, rule) VALUES (?1, ?2)";
    SEAMS = "SELECT target, rank FROM seams ORDER BY target, rank";
    SEAM_INSERT = "INSERT OR IGNORE INTO seams(target, rank) VALUES (?1, ?2)";
    SEAM_DELETE = "DELETE FROM seams WHERE target = ?1 AND rank = ?2";
    LANE_HOLD_INSERT = "INSERT OR IGNORE INTO lane_holds(lane, rank, n, event, tag) VALUES (?1, ?2, ?3, ?4, ?5)";
    LANE_HOLD_DELETE = "DELETE FROM lane_holds WHERE lane = ?1 AND rank = ?2 AND n = ?3 AND event = ?4";
    LANE_HOLD_FIRST = "SELECT event, tag, n FROM lane_holds WHERE lane = ?1 ORDER BY rank, n LIMIT 1";

    // Deliveries. The column list is the one that `columns::Stored` reads.
    DELIVERY_INSERT = "INSERT INTO deliveries(event, n, tag, lane, state, reason, attempts, counted, counted_since,"
        " due_at, expires_at, cancel_wished, ended_at, rank, origin, out_of_order, keys)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    DELIVERY_UPDATE = "UPDATE deliveries SET state = ?3, reason = ?4, attempts = ?5, counted = ?6, counted_since = ?7,"
        " due_at = ?8, cancel_wished = ?9, started_at = ?10, ended_at = ?11, rank = ?12, out_of_order = ?13,"
        " status = ?14, receipt = ?15, ticket = ?16 WHERE event = ?1 AND n = ?2";
    DELIVERY_GET = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at, expires_at,"
        " cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE event = ?1 AND n = ?2";
    DELIVERIES_OF_EVENT = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at,"
        " expires_at, cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE event = ?1 ORDER BY n";
    DELIVERY_TO = "SELECT 1 FROM deliveries WHERE event = ?1"
        " AND lane IN (SELECT id FROM lanes WHERE target = ?2) LIMIT 1";
    DELIVERY_NEXT_N = "SELECT max(n) + 1 FROM deliveries WHERE event = ?1";
    DELIVERIES_ENDED = "SELECT max(ended_at), min(state) FROM deliveries WHERE event = ?1";
    WINDOW = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at, expires_at,"
        " cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE lane = ?1 AND state < 10 AND (rank, n) >= (?2, ?3) ORDER BY rank, n LIMIT ?4";
    OPEN_BEHIND = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at, expires_at,"
        " cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE lane = ?1 AND state < 10 AND (rank, n) > (?2, ?3) ORDER BY rank, n";
    PARKED_OF_LANE = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at, expires_at,"
        " cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE lane = ?1 AND state = 10 AND (rank, n) > (?2, ?3) ORDER BY rank, n LIMIT ?4";
    DELIVERIES_DELETE = "DELETE FROM deliveries WHERE event = ?1";
    ATTEMPTS_DELETE = "DELETE FROM attempts WHERE event = ?1";
    STEPS_DELETE = "DELETE FROM steps WHERE event = ?1";
    IN_DOUBT = "SELECT event, n, tag, lane, state, reason, attempts, counted, counted_since, due_at, expires_at,"
        " cancel_wished, started_at, ended_at, rank, out_of_order, status, keys, receipt, downstream, ticket"
        " FROM deliveries WHERE state IN (1, 2) ORDER BY event, n";
    OVERTAKERS = "SELECT lane, state, origin, keys, event FROM deliveries WHERE event > ?1 ORDER BY event LIMIT ?2";
    RECEIPT = "SELECT event FROM deliveries WHERE receipt = ?1";
    FOLLOWED = "SELECT event, n, tag, lane, downstream FROM deliveries WHERE receipt = ?1";
    DOWNSTREAM_SET = "UPDATE deliveries SET downstream = ?3 WHERE event = ?1 AND n = ?2";
    // Deliveries that were not plainly accepted in some time, and so may have left a log that nobody holds.
    NEIGHBOURS_TRIED = "SELECT a.event, a.n, a.started_at, a.ended_at FROM attempts a"
        " WHERE a.ended_at >= ?1 ORDER BY a.ended_at";
    NEIGHBOURS_UNKNOWN = "SELECT s.event, s.n, d.started_at, s.at FROM steps s"
        " JOIN deliveries d ON d.event = s.event AND d.n = s.n"
        " WHERE s.what = 'unknown' AND s.at >= ?1 ORDER BY s.at";
    NEIGHBOURS_SENDING = "SELECT event, n, started_at FROM deliveries WHERE state IN (1, 2) AND state = 1";
    SAME_ADDRESS = "SELECT 1 FROM events a JOIN events b ON b.seq = ?2 WHERE a.seq = ?1"
        // An event with several destinations names none, and may have been under way to any.
        " AND a.direction = b.direction AND a.source = b.source"
        " AND (a.destination = b.destination OR a.destination = 0 OR b.destination = 0)"
        " AND a.model = b.model AND a.event_type = b.event_type";
    ATTEMPT_INSERT = "INSERT OR REPLACE INTO attempts(event, n, no, started_at, ended_at, accepted, status, reason, detail)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    ATTEMPTS_OF_EVENT = "SELECT n, no, started_at, ended_at, accepted, status, reason FROM attempts WHERE event = ?1";
    ATTEMPT_DETAIL = "SELECT detail FROM attempts WHERE event = ?1 AND n = ?2 AND no = ?3";
    STEP_INSERT = "INSERT INTO steps(event, n, no, at, what, reason, actor) VALUES (?1, ?2,"
        " (SELECT coalesce(max(no), 0) + 1 FROM steps WHERE event = ?1 AND n = ?2), ?3, ?4, ?5, ?6)";
    STEPS_OF_EVENT = "SELECT n, at, what, reason, actor FROM steps WHERE event = ?1 ORDER BY n, no";
    HOLD_INSERT = "INSERT OR IGNORE INTO key_holds(lane, key, rank, n, event) VALUES (?1, ?2, ?3, ?4, ?5)";
    HOLD_DELETE = "DELETE FROM key_holds WHERE lane = ?1 AND key = ?2 AND rank = ?3 AND n = ?4 AND event = ?5";
    HOLD_OF_KEY = "SELECT 1 FROM key_holds WHERE lane = ?1 AND key = ?2 AND (rank, n) < (?3, ?4) LIMIT 1";
    HOLDS_OF_LANE = "SELECT rank, n FROM key_holds WHERE lane = ?1";
    HOLD_ANY = "SELECT 1 FROM key_holds WHERE lane = ?1 LIMIT 1";
    HOLD_LANES = "SELECT DISTINCT lane FROM key_holds";

    // Expectations.
    EXPECTATION_INSERT = "INSERT INTO expectations(event, rule, partner, state, within_ms, was_late, answers)"
        " VALUES (?1, ?2, ?3, 0, ?4, 0, 0)";
    EXPECTATION_KEY_INSERT = "INSERT OR IGNORE INTO expectation_keys(partner, kind, hash, expectation, role)"
        " VALUES (?1, ?2, ?3, ?4, ?5)";
    EXPECTATIONS_START = "UPDATE expectations SET state = 1, due_at = ?2 + within_ms,"
        " closes_at = CASE WHEN within_ms IS NULL THEN ?3 END WHERE event = ?1 AND state = 0";
    EXPECTATIONS_GIVE_UP = "UPDATE expectations SET closes_at = ?2 WHERE event = ?1 AND state = 0";
    EXPECTATION_AWAITED = "SELECT 1 FROM expectations WHERE event = ?1 AND state < 2 LIMIT 1";
    CANDIDATES = "SELECT e.id, e.event, e.rule FROM expectation_keys k JOIN expectations e ON e.id = k.expectation"
        " WHERE k.partner = ?1 AND k.kind = ?2 AND k.hash = ?3 AND k.role = 1 AND e.state < 4"
        " ORDER BY k.expectation LIMIT ?4";
    GUARDS = "SELECT hash FROM expectation_keys WHERE expectation = ?1 AND role = 2";
    ANSWER_INSERT = "INSERT OR IGNORE INTO answers(expectation, event, part, grade, fit, at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    EXPECTATION_ANSWERED = "UPDATE expectations SET answers = answers + 1, first_at = coalesce(first_at, ?2),"
        " last_at = ?2, closes_at = ?3, state = CASE state WHEN 3 THEN 3 ELSE 2 END WHERE id = ?1";
    EXPECTATIONS_DUE = "SELECT id, event, rule, partner, due_at FROM expectations WHERE state = 1 AND due_at <= ?1"
        " ORDER BY due_at LIMIT ?2";
    EXPECTATION_LATE = "UPDATE expectations SET state = 3, was_late = 1, closes_at = ?2 WHERE id = ?1";
    EXPECTATIONS_LATE = "SELECT count(*) FROM expectations WHERE state = 3 AND answers = 0";
    EXPECTATION_NEXT = "SELECT min(due_at) FROM expectations WHERE state = 1";
    EXPECTATIONS_CLOSING = "SELECT id FROM expectations WHERE state < 4 AND closes_at <= ?1"
        " ORDER BY closes_at LIMIT ?2";
    EXPECTATION_CLOSE = "UPDATE expectations SET state = 4 WHERE id = ?1";
    EXPECTATION_KEYS_DELETE = "DELETE FROM expectation_keys WHERE expectation = ?1";
    ANSWERS_OF_EXPECTATION = "SELECT a.event, e.tag, a.part, a.grade, a.fit, a.at FROM answers a"
        " JOIN events e ON e.seq = a.event WHERE a.expectation = ?1 ORDER BY a.at, a.event, a.part";
    ANSWERS_BY_EVENT = "SELECT x.event, q.tag, a.grade, a.fit, q.correlation, a.at, a.part FROM answers a"
        " JOIN expectations x ON x.id = a.expectation JOIN events q ON q.seq = x.event"
        " WHERE a.event = ?1 ORDER BY x.event, a.part";

    EXPECTATIONS_OF_EVENT = "SELECT id, state FROM expectations WHERE event = ?1";
    EXPECTATION_DELETE = "DELETE FROM expectations WHERE id = ?1";
    ANSWERS_DELETE = "DELETE FROM answers WHERE expectation = ?1";
    ANSWERS_BY_DELETE = "DELETE FROM answers WHERE event = ?1";

    // Search.
    KEY_INSERT = "INSERT OR IGNORE INTO event_keys(day, kind, hash, event) VALUES (?1, ?2, ?3, ?4)";
    KEY_DAY_BEFORE = "SELECT max(day) FROM event_keys WHERE day < ?1";
    KEY_DAY_FIRST = "SELECT min(day) FROM event_keys";
    KEY_EVENTS = "SELECT event FROM event_keys WHERE day = ?1 AND kind = ?2 AND hash = ?3 AND event < ?4"
        " ORDER BY event DESC LIMIT ?5";
    KEYS_OF_DAY = "SELECT kind, hash, event FROM event_keys WHERE day = ?1 ORDER BY kind, hash, event LIMIT ?2";
    KEY_DELETE = "DELETE FROM event_keys WHERE day = ?1 AND kind = ?2 AND hash = ?3 AND event = ?4";

    // The rest.
    CURSOR_GET = "SELECT at FROM cursors WHERE name = ?1";
    CURSOR_SET = "INSERT OR REPLACE INTO cursors(name, at) VALUES (?1, ?2)";
    CATCH_UPS = "SELECT target, since, through, last, given, without_body FROM catch_ups";
    CATCH_UP_INSERT = "INSERT OR IGNORE INTO catch_ups(target, since, through, last, given, without_body)"
        " VALUES (?1, ?2, 0, ?3, 0, 0)";
    CATCH_UP_GET = "SELECT through, last FROM catch_ups WHERE target = ?1";
    CATCH_UP_COUNTS = "SELECT given, without_body FROM catch_ups WHERE target = ?1";
    CATCH_UP_SET = "UPDATE catch_ups SET through = ?2, given = given + ?3, without_body = without_body + ?4"
        " WHERE target = ?1";
    QUOTA_SET = "INSERT OR REPLACE INTO rate_slots(egress, slot, used) VALUES (?1, ?2, ?3)";
    QUOTA_GET = "SELECT slot, used FROM rate_slots WHERE egress = ?1 AND slot >= ?2 ORDER BY slot";
    QUOTA_DELETE_OLD = "DELETE FROM rate_slots WHERE slot < ?1";
    AUDIT_OLDEST = "SELECT id, at FROM audit WHERE id > 0 ORDER BY id LIMIT ?1";
    AUDIT_DELETE = "DELETE FROM audit WHERE id = ?1";
    AUDIT_INSERT = "INSERT INTO audit(at, actor, act, event, n, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
}

#[cfg(test)]
mod tests;
