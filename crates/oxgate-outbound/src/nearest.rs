//! The configured name that somebody most likely meant.

/// Longest text that is compared: whatever is longer is near nothing, and comparing costs its square.
const COMPARED_CHARS: usize = 80;

/// The first of the pair (name, id) whose name or id is nearest to `text`, ASCII case ignored; `None` when nothing is near.
pub(crate) fn of<'a>(text: &str, known: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let sought = simplify(text)?;
    let near = known.into_iter().filter_map(|(name, id)| {
        let distances = [name, id].into_iter().filter_map(simplify).map(|word| distance(&sought, &word));
        Some((distances.min()?, name))
    });
    let (distance, name) = near.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2 + sought.len() / 6).then(|| name.to_owned())
}

fn simplify(text: &str) -> Option<Vec<char>> {
    let word: Vec<char> = text.chars().take(COMPARED_CHARS + 1).map(|letter| letter.to_ascii_lowercase()).collect();
    (1..=COMPARED_CHARS).contains(&word.len()).then_some(word)
}

/// Letters to insert, remove or replace to make one word of the other.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let known = [("Lab Orders", "6f6a-lab"), ("Radiology", "77aa-rad")];
        let nearest = |text| super::of(text, known);
        assert_eq!(nearest("lab order").as_deref(), Some("Lab Orders"));
        assert_eq!(nearest("77aa-rat").as_deref(), Some("Radiology"));
        assert_eq!(nearest("Pharmacy"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest(&"x".repeat(10_000)), None);
    }
}
