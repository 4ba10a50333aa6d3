//! The outbound road over a real store: submitted, queued, sent by the real dispatcher to a scripted Redox.

mod books;
mod gateway;
mod tap;

mod expect;
mod files;
mod logs;
mod queries;
mod quota;
mod sending;
mod submitting;
