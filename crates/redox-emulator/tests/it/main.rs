//! The emulator from outside: the pure core with time moved by hand, and a few tests over real sockets.

#![expect(clippy::unwrap_used, reason = "a test may panic; the lint knows only functions marked as tests")]

mod auth;
mod bulk;
mod clients;
mod control;
mod deliveries;
mod ehr;
mod endpoint;
mod faults;
mod fhir;
mod files;
mod golden;
mod golden_platform;
mod keys;
mod platform;
mod sockets;
mod world;
