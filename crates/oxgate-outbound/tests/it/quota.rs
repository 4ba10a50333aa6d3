//! The quota counts each request once, and a restart forgets none.

use crate::gateway::{Act, Gateway, order, submission};
use oxgate_core::State;
use oxgate_dispatch::Share;
use oxgate_outbound::meter::QuotaKeeper;
use oxgate_outbound::submit::{Priority, Submission};
use oxgate_store::view::DeliveryRow;
use std::time::Duration;

const LAB: &str = r#"[{"ID":"d-lab"}]"#;

#[tokio::test]
async fn each_request_counts_once() {
    let mut gateway = Gateway::new();
    gateway.run();
    let queued = gateway.submit(&order("O-1", LAB)).await;
    gateway.done(queued).await;
    assert_eq!(gateway.gate.used(), 1);
    gateway.redox.next(Act::RefuseTokenOnce);
    let queued = gateway.submit(&order("O-2", LAB)).await;
    gateway.done(queued).await;
    assert_eq!(gateway.gate.used(), 3);
}

#[tokio::test]
async fn g9_the_window_survives_a_restart() {
    let mut gateway = Gateway::new();
    gateway.run();
    let mut keeper = QuotaKeeper::restore(gateway.store.clone(), gateway.gate.clone()).await.unwrap();
    for id in ["O-1", "O-2"] {
        let queued = gateway.submit(&order(id, LAB)).await;
        gateway.done(queued).await;
        gateway.clock.advance(Duration::from_secs(20));
        keeper.save().await.unwrap();
    }
    drop(keeper);
    let gateway = gateway.reopen().await;
    assert_eq!(gateway.gate.used(), 0);
    QuotaKeeper::restore(gateway.store.clone(), gateway.gate.clone()).await.unwrap();
    assert_eq!(gateway.gate.used(), 2);
    gateway.clock.advance(Duration::from_secs(275));
    assert_eq!(gateway.gate.used(), 1);
}

#[tokio::test]
async fn backfill_has_lanes_and_a_share_of_its_own_and_live_events_never_wait_for_it() {
    let mut gateway = Gateway::new();
    gateway.run();
    while gateway.gate.try_permit(Share::FollowUp).is_ok() {}
    let backfill = |id: &str, destination: &str| Submission {
        priority: Priority::Backfill,
        ..submission(&order(id, &format!(r#"[{{"ID":"{destination}"}}]"#)))
    };
    let mut old = Vec::new();
    // More lanes than backfill has places.
    for destination in ["d-lab", "d-radiology", "d-elsewhere"] {
        old.push(gateway.try_submit(backfill("O-1", destination)).await.unwrap());
    }
    let fresh = gateway.submit(&order("O-2", LAB)).await;
    let fresh = gateway.done(fresh).await;
    assert_eq!(fresh.state(), State::Settled);
    assert_eq!(gateway.redox.sent(), [order("O-2", LAB)]);
    let targets = |row: Vec<DeliveryRow>| row.into_iter().map(|row| row.target).collect::<Vec<_>>();
    assert_eq!(targets(gateway.store.deliveries(fresh.event()).await.unwrap()), ["redox"]);
    assert_eq!(targets(gateway.store.deliveries(old[0].event()).await.unwrap()), ["redox:backfill"]);
    gateway.clock.advance(Duration::from_mins(6));
    for one in old {
        assert_eq!(gateway.done(one).await.state(), State::Settled);
    }
}
