//! Order keys: which earlier deliveries of its lane a delivery must wait for.

use serde::{Deserialize, Serialize};

/// How far the order inside a lane is refined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderBy {
    /// Each delivery waits for all earlier ones.
    #[default]
    All,
    /// Deliveries about one patient wait for each other; a merge carries both patients' keys.
    Patient,
    /// Deliveries about one visit wait for each other.
    Visit,
    /// Deliveries about one order wait for each other.
    Order,
    /// No delivery waits.
    None,
}

/// The order keys of one delivery.
///
/// It starts when it is the oldest open one of its lane for each of its keys. [`OrderKeys::Barrier`] stands for keys
/// that could not be read: it waits for all before it, and all after it wait for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum OrderKeys {
    /// Waits for every earlier delivery of the lane.
    #[default]
    All,
    /// Waits for earlier deliveries that share one of these keys; sorted, without repeats, not empty.
    Some(Vec<u64>),
    /// Waits for nothing.
    Free,
    /// Keys unknown: waits for everything, and everything waits for it.
    Barrier,
}

const ALL: u64 = 0;
const BARRIER: u64 = u64::MAX;

impl OrderKeys {
    /// From hashed keys; none at all means that the event's keys could not be read, hence a barrier.
    pub fn from_keys(mut keys: Vec<u64>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() { Self::Barrier } else { Self::Some(keys) }
    }

    /// As the store writes them: eight bytes a key, big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::All => ALL.to_be_bytes().to_vec(),
            Self::Barrier => BARRIER.to_be_bytes().to_vec(),
            Self::Free => Vec::new(),
            Self::Some(keys) => keys.iter().flat_map(|key| key.to_be_bytes()).collect(),
        }
    }

    /// From the store's bytes; anything that is no list of keys is a barrier, the safe reading.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (keys, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Self::Barrier;
        }
        let keys: Vec<u64> = keys.iter().map(|key| u64::from_be_bytes(*key)).collect();
        match keys.as_slice() {
            [] => Self::Free,
            [ALL] => Self::All,
            list if list.contains(&BARRIER) || list.contains(&ALL) => Self::Barrier,
            _ => Self::from_keys(keys),
        }
    }

    /// Whether a later delivery with keys `later` must wait for an earlier one with these keys.
    pub fn precedes(&self, later: &Self) -> bool {
        match (self, later) {
            (Self::Free, Self::Barrier) | (Self::Barrier, Self::Free) => true,
            (Self::Free, _) | (_, Self::Free) => false,
            (Self::Some(earlier), Self::Some(later)) => earlier.iter().any(|key| later.binary_search(key).is_ok()),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_and_keys_are_one(keys in proptest::collection::vec(1..u64::MAX, 0..5)) {
            for form in [OrderKeys::from_keys(keys), OrderKeys::All, OrderKeys::Free, OrderKeys::Barrier] {
                prop_assert_eq!(OrderKeys::from_bytes(&form.to_bytes()), form);
            }
        }

        #[test]
        fn any_bytes_read_as_keys(bytes: Vec<u8>) {
            let _ = OrderKeys::from_bytes(&bytes);
        }
    }

    #[test]
    fn who_waits_for_whom() {
        let (a, b, both) = (OrderKeys::Some(vec![1]), OrderKeys::Some(vec![2]), OrderKeys::Some(vec![1, 2]));
        assert!(!a.precedes(&b));
        assert!(a.precedes(&both) && both.precedes(&b));
        assert!(OrderKeys::Barrier.precedes(&a) && a.precedes(&OrderKeys::Barrier));
        assert!(OrderKeys::Barrier.precedes(&OrderKeys::Free));
        assert!(!OrderKeys::Free.precedes(&OrderKeys::Free) && !OrderKeys::Free.precedes(&a));
        assert!(OrderKeys::All.precedes(&OrderKeys::All));
    }
}
