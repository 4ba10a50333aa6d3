//! The HTTP surface in process: real store, real roads, a fake Redox, a hand-moved clock.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod exports;
mod house;
mod message;
mod redox;

mod acts;
mod admin;
mod batch;
mod bulk;
mod expectations;
mod fhir;
mod files;
mod inbox;
mod lanes;
mod look;
mod operate;
mod orphans;
mod pages;
mod problems;
mod queries;
mod resend;
mod scopes;
mod search;
mod stream;
mod submit;
