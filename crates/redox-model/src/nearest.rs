//! The known name that somebody most likely meant: one measure for event types, members, configured names and keys.
//!
//! Two names are near when few letters must be inserted, removed, replaced or swapped with a neighbour to make one of the
//! other (optimal string alignment). ASCII case and spaces do not count: most slips are there.

/// Longest text that is compared, in bytes. Whatever is longer is near nothing, and comparing costs its square.
pub const COMPARED_BYTES: usize = 80;

/// The first of the names that are nearest to `sought`; `None` when none is near.
///
/// ```
/// use redox_model::nearest;
///
/// assert_eq!(nearest::of("Preadmt", ["Arrival", "PreAdmit"]), Some("PreAdmit"));
/// assert_eq!(nearest::of("Teleport", ["Arrival", "PreAdmit"]), None);
/// ```
pub fn of<'a>(sought: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    by(sought, known, |name| [*name])
}

/// The same for things with several names each.
pub fn by<'a, T, N>(sought: &str, known: impl IntoIterator<Item = T>, names: impl Fn(&T) -> N) -> Option<T>
where
    N: IntoIterator<Item = &'a str>,
{
    let sought = fold(sought)?;
    let most = 1 + sought.len() / 5;
    let near = known.into_iter().filter_map(|thing| {
        let edits = names(&thing).into_iter().filter_map(|name| Some(strsim::osa_distance(&sought, &fold(name)?)));
        Some((edits.min().filter(|edits| *edits <= most)?, thing))
    });
    near.min_by_key(|(edits, _)| *edits).map(|(_, thing)| thing)
}

/// How many letters lie between two names, to sort by; the largest number when one is too long to compare.
pub fn edits(left: &str, right: &str) -> usize {
    match (fold(left), fold(right)) {
        (Some(left), Some(right)) => strsim::osa_distance(&left, &right),
        _ => usize::MAX,
    }
}

/// `None` for what is empty or too long to compare.
fn fold(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= COMPARED_BYTES;
    fits.then(|| text.chars().filter(|letter| *letter != ' ').map(|letter| letter.to_ascii_lowercase()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let known = ["Lab Orders", "Radiology"];
        for (sought, found) in [
            ("lab order", Some("Lab Orders")),
            ("LABORDERS", Some("Lab Orders")),
            ("Raidology", Some("Radiology")),
            ("Pharmacy", None),
            ("Lab", None),
            ("", None),
        ] {
            assert_eq!(of(sought, known), found, "{sought}");
        }
        assert_eq!(of(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn a_thing_is_as_near_as_its_nearest_name() {
        let known = [("Lab Orders", "6f6a-lab"), ("Radiology", "77aa-rad")];
        let nearest = |sought| by(sought, known, |(name, id)| [*name, *id]).map(|(name, _)| name);
        assert_eq!(nearest("77aa-rat"), Some("Radiology"));
        assert_eq!(nearest("6f6b-lob"), Some("Lab Orders"));
        assert_eq!(nearest("0000-zzz"), None);
    }
}
