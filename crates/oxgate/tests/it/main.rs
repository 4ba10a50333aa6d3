//! The real binary, as a person or a service manager runs it.

mod acts;
mod alarms;
mod bulk;
mod child;
mod commands;
mod doctor;
mod forward;
mod hl7;
mod interop;
mod jobs;
mod life;
mod mllp;
mod nats;
mod road;
mod start_from;
mod sync;
mod through;
mod webhooks;
