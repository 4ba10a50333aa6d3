//! Keys: made once, known by hash, shared between processes.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts up, so that every draw differs.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(7, Ordering::Relaxed).to_le_bytes()[0];
        }
    }
}

fn new(name: &str, scopes: &[Scope]) -> NewApiKey {
    NewApiKey { name: name.into(), scopes: scopes.iter().copied().collect(), expires_at: None }
}

fn folder() -> (tempfile::TempDir, ApiKeys, Counting) {
    let folder = tempfile::tempdir().unwrap();
    let keys = ApiKeys::open(folder.path()).unwrap();
    (folder, keys, Counting(AtomicU64::new(1)))
}

const NOW: Timestamp = Timestamp(1_772_366_400_000);

#[test]
fn a_made_key_is_known_and_its_text_is_kept_nowhere() {
    let (folder, keys, entropy) = folder();
    let (key, secret) = keys.create(new("lab", &[Scope::Submit]), NOW, &entropy).unwrap();
    assert!(secret.expose().starts_with("oxg_") && secret.expose().len() == 56);
    let caller = keys.authenticate(secret.expose(), NOW).unwrap();
    assert_eq!((caller.name.as_str(), caller.client.as_str()), ("lab", key.id.as_str()));
    assert!(caller.may(Scope::Submit) && !caller.may(Scope::Read));

    let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert!(!text.contains(&secret.expose()[4..]), "{text}");
    let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(format!("{secret:?}"), "Secret");
}

#[test]
fn other_texts_are_refused() {
    let (_folder, keys, entropy) = folder();
    let (_, secret) = keys.create(new("lab", &[Scope::Submit]), NOW, &entropy).unwrap();
    let mut other = secret.expose().to_owned();
    let last = if other.pop() == Some('0') { '1' } else { '0' };
    other.push(last);
    let longer = format!("{}0", secret.expose());
    for text in ["", "oxg_", &other, &longer, &secret.expose().to_uppercase()] {
        assert_eq!(keys.authenticate(text, NOW), None, "{text}");
    }
}

#[test]
fn expiry_and_revocation_end_a_key() {
    let (_folder, keys, entropy) = folder();
    let end = NOW.plus(Duration::from_mins(1));
    let expiring = NewApiKey { expires_at: Some(end), ..new("a", &[Scope::Read]) };
    let (_, first) = keys.create(expiring, NOW, &entropy).unwrap();
    assert!(keys.authenticate(first.expose(), Timestamp(end.0 - 1)).is_some());
    assert!(keys.authenticate(first.expose(), end).is_none());

    let (_, second) = keys.create(new("b", &[Scope::Read]), NOW, &entropy).unwrap();
    let revoked = keys.revoke("b", NOW).unwrap();
    assert_eq!(revoked.revoked_at, Some(NOW));
    assert!(keys.authenticate(second.expose(), NOW).is_none());
    assert_eq!(keys.revoke(&revoked.id, end).unwrap().revoked_at, Some(NOW), "the first time counts");
    keys.create(new("b", &[Scope::Read]), NOW, &entropy).expect("a revoked key's name is free again");
}

#[test]
fn what_another_process_changed_is_seen_at_once() {
    let (folder, server, entropy) = folder();
    let command_line = ApiKeys::open(folder.path()).unwrap();
    let (_, secret) = command_line.create(new("lab", &[Scope::Read]), NOW, &entropy).unwrap();
    assert!(server.authenticate(secret.expose(), NOW).is_some());
    command_line.revoke("lab", NOW).unwrap();
    assert!(server.authenticate(secret.expose(), NOW).is_none());
}

#[test]
fn a_broken_file_leaves_the_keys_in_force_and_is_refused_at_start() {
    let (folder, keys, entropy) = folder();
    let (_, secret) = keys.create(new("lab", &[Scope::Read]), NOW, &entropy).unwrap();
    fs::write(folder.path().join(FILE), "{\"keys\": [").unwrap();
    assert!(keys.authenticate(secret.expose(), NOW).is_some());
    assert!(ApiKeys::open(folder.path()).is_err());
    assert!(
        matches!(keys.create(new("x", &[Scope::Read]), NOW, &entropy), Err(KeyError::File(_))),
        "and not overwritten"
    );
}

#[test]
fn names_and_scopes_are_checked() {
    let (_folder, keys, entropy) = folder();
    let long = "x".repeat(65);
    for name in ["", "two words", "a/b", &long] {
        assert!(matches!(keys.create(new(name, &[Scope::Read]), NOW, &entropy), Err(KeyError::BadName)), "{name}");
    }
    assert!(matches!(keys.create(new("a", &[]), NOW, &entropy), Err(KeyError::NoScope)));
    keys.create(new("a", &[Scope::Read]), NOW, &entropy).unwrap();
    assert!(matches!(keys.create(new("a", &[Scope::Read]), NOW, &entropy), Err(KeyError::NameTaken)));
    assert!(matches!(keys.revoke("nobody", NOW), Err(KeyError::Missing)));
}
