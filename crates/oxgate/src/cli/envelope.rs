//! The options by which events are told apart: what their envelopes say.

use clap::Args;

/// Options of every command that chooses events.
#[derive(Debug, Default, Args)]
pub(crate) struct Envelope {
    /// `inbound`, `outbound` or `ops`.
    #[arg(long)]
    direction: Option<String>,
    /// A data model, e.g. `Order`.
    #[arg(long)]
    model: Option<String>,
    /// An event type, e.g. `New`.
    #[arg(long = "type")]
    event_type: Option<String>,
    /// An endpoint, or `api`.
    #[arg(long)]
    door: Option<String>,
}

impl Envelope {
    /// What was given, by the names that the API has for it.
    pub(crate) const fn given(&self) -> [(&'static str, &Option<String>); 4] {
        [("direction", &self.direction), ("model", &self.model), ("type", &self.event_type), ("door", &self.door)]
    }
}
