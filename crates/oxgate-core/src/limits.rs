//! Every bound of the gateway, with its reason. A limit that is configurable has its default here.

use std::time::Duration;

/// The largest body taken, in bytes. Redox's quota page allows 40 MB for a request; one more for the envelope's growth.
pub const BODY_BYTES_MAX: usize = 41 * 1024 * 1024;

/// Bodies in flight, over all doors and targets, in bytes: what bounds memory however many connections are open.
pub const BODIES_IN_FLIGHT_BYTES: usize = 256 * 1024 * 1024;

/// Events that are made from one event in one transaction: at most 16 MiB of bodies that are not staged in parts.
pub const CHILDREN_MAX: usize = 64;

/// Deliveries that are given to a new target in one transaction, so that it takes a few milliseconds of the writer's time.
pub const CATCH_UP_MAX: usize = 256;

/// Bodies above this are stored in parts, so that one large document does not hold up a group commit.
pub const BODY_PART_BYTES: usize = 256 * 1024;

/// Facts that are recorded in one transaction by one act of a person over many deliveries: a few milliseconds of the
/// writer's time. A larger act takes several, each of them whole.
pub const RECORDS_MAX: usize = 500;

/// Commands waiting for the writer. Beyond it the door answers 503.
pub const WRITER_QUEUE_COMMANDS: usize = 4_096;

/// Bytes of bodies waiting for the writer.
pub const WRITER_QUEUE_BYTES: usize = 32 * 1024 * 1024;

/// Commands in one group commit: bounds how long the first waits for the last.
pub const GROUP_COMMANDS: usize = 512;

/// Bytes of bodies in one group commit.
pub const GROUP_BYTES: usize = 1024 * 1024;

/// Open deliveries of one lane held in memory; the rest wait in the store.
pub const LANE_WINDOW: usize = 1_024;

/// Lanes are named orders that a person can survey; a configuration that makes more is wrong.
pub const LANES_MAX: usize = 10_000;

/// How long a de-duplication key is kept at least. Redox retries without a published end; a month outlasts any outage.
pub const DEDUP_KEPT: Duration = Duration::from_hours(35 * 24);

/// Candidates looked at when an answer is matched; more than this is an overflow, reported and not guessed.
pub const ANSWER_CANDIDATES: usize = 16;

/// A synchronous exchange: Redox allows 120 s end to end, so ours must end before.
pub const SYNC_BUDGET: Duration = Duration::from_secs(90);

/// One asynchronous send to Redox, first byte to last.
pub const SEND_CEILING: Duration = Duration::from_mins(2);

/// Bodies above this are handed to HTTP handlers as a link.
pub const WEBHOOK_INLINE_BYTES: usize = 1024 * 1024;

/// Requests an egress address may make per [`QUOTA_WINDOW`]: the older and smaller of Redox's two published figures.
pub const QUOTA_REQUESTS: u32 = 7_500;

/// The rolling window of [`QUOTA_REQUESTS`].
pub const QUOTA_WINDOW: Duration = Duration::from_mins(5);

/// The share of the quota that is used, in percent; the rest is room for clocks and for retries we do not see.
pub const QUOTA_USED_PERCENT: u32 = 80;

/// Below this much free space new work is refused, while settling and retention go on.
pub const DISK_FREE_LOW_BYTES: u64 = 256 * 1024 * 1024;

/// Above this much free space new work is taken again and the reserve file is laid anew.
pub const DISK_FREE_OK_BYTES: u64 = 512 * 1024 * 1024;

/// The reserve file: space for the writes that free space.
pub const DISK_RESERVE_BYTES: u64 = 64 * 1024 * 1024;
