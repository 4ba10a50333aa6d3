//! The quota counts each request once, and a restart forgets none.

use crate::gateway::{Act, Gateway, order};
use oxgate_outbound::meter::QuotaKeeper;
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
