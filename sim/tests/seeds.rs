//! A few seeds, and each deliberate bug: the simulation passes, repeats itself, and can go red.

use oxgate_sim::{Mutation, run};

#[test]
fn a_seed_repeats_itself() {
    let (first, second) = (run(3, None, false).expect("runs"), run(3, None, false).expect("runs"));
    assert_eq!(first.broken, None);
    assert_eq!(first.hash, second.hash);
    assert_ne!(first.hash, run(4, None, false).expect("runs").hash);
}

/// The guarantee that the first seed names which finds it.
fn found(mutation: Mutation, seeds: u64) -> Option<&'static str> {
    (1..=seeds).find_map(|seed| run(seed, Some(mutation), false).expect("runs").broken).map(|(guarantee, _)| guarantee)
}

/// Those that need a rare turn of events; `cargo xtask sim --mutations` finds them too.
const RARE: [Mutation; 11] = [
    Mutation::G1SkipGiven,
    Mutation::G1LeaveParked,
    Mutation::G2ChildrenAgain,
    Mutation::G3ReassignAside,
    Mutation::G3CatchUpOpen,
    Mutation::G3ReleaseBackwards,
    Mutation::G4CountUnproved,
    Mutation::G4LeaveHolds,
    Mutation::G4ReleaseHeld,
    Mutation::G5AnyLog,
    Mutation::G5FirstLook,
];

#[test]
fn bugs_are_found_and_named() {
    for mutation in Mutation::ALL.into_iter().filter(|mutation| !RARE.contains(mutation)) {
        let guarantee = mutation.name()[..2].to_uppercase();
        assert_eq!(found(mutation, 60), Some(guarantee.as_str()), "{}", mutation.name());
    }
}
