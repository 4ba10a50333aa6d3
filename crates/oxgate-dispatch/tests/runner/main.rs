//! The runner on a ledger in memory, with scripted targets and time moved by hand: no test sleeps.

mod lanes;
mod once;
mod outage;
mod rate;
mod real_store;
mod retries;
mod support;
