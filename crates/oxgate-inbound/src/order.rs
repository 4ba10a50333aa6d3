//! The order keys that an event of the store would get if it were accepted now.

use crate::mllp::{self, Listener};
use oxgate_core::order::OrderBy;
use oxgate_core::{Keyed, OrderKeys};
use oxgate_store::view::EventRow;

/// As an accept makes them; a body that cannot be read is a barrier.
///
/// `listener` is the door that an HL7 v2 message came through, if it is still there: it knows the character set of
/// messages that name none.
pub fn order_keys(
    order_by: OrderBy,
    event: &EventRow,
    body: &[u8],
    listener: Option<&Listener>,
    keyed: &Keyed,
) -> OrderKeys {
    if !oxgate_keys::looks_into_body(order_by) {
        return oxgate_keys::order(order_by, None, keyed);
    }
    if event.address.model == mllp::MODEL {
        return mllp::waits_for(body, listener.and_then(|listener| listener.charset), order_by, keyed);
    }
    let keys = redox_model::keys::read(body, &event.address.model, &event.address.event_type).ok();
    oxgate_keys::order(order_by, keys.as_ref(), keyed)
}
