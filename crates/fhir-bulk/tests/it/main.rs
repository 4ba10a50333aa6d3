//! Exports against a server that answers over a socket, and goes wrong on request.

#![expect(clippy::unwrap_used, reason = "a test may panic; the lint knows only functions marked as tests")]

mod access;
mod faults;
mod kill;
mod road;
mod world;
