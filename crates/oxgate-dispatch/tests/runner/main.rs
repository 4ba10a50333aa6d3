//! The runner on a ledger in memory, with scripted targets and time moved by hand: no test sleeps.

mod lanes;
mod once;
mod outage;
mod real_store;
mod support;
