//! Control of the bulk server: its behaviour and faults, and what clients have asked of it.

use super::{Controlled, merged, no_such_address, ok, read};
use crate::Emulator;
use crate::exchange::Request;
use serde_json::Value;

impl Emulator {
    pub(super) fn control_bulk(&mut self, request: &Request, segments: &[&str]) -> Controlled {
        match (request.method.as_str(), segments) {
            ("GET", ["bulk"]) => ok(&self.bulk_state()),
            ("PATCH", ["bulk"]) => {
                let change: Value = read(request)?;
                self.config.bulk = merged(&self.config.bulk, Some(change))?;
                ok(&self.bulk_state())
            }
            ("DELETE", ["bulk", "jobs"]) => {
                self.bulk_clear();
                ok(&self.bulk_state())
            }
            _ => no_such_address(request),
        }
    }
}
