//! PostgreSQL alone: a value that it cannot keep fails what it belongs to, and never the ledger.

use std::sync::Arc;

use futures_util::future::join_all;
use gateway::ledger::{LedgerError, Settle, UsageOf};
use protocol::{Money, api::UsageQuery};

use crate::{
    postgres::Postgres,
    support::{assert_clean, enrolled, hold, in_postgres, mint, open, settle},
};

const NUL: &str = "a\u{0}b";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_cannot_be_kept_costs_no_settle_and_stops_nothing() {
    let server = Postgres::start();
    let store = in_postgres(&server.database("tt"), 1);
    let opened = open(&store).await;
    let ledger = &opened.ledger;
    let (key, device) = enrolled(ledger, 1_000_000).await;
    let holds: Vec<_> = (0..16).map(|_| hold(key, device, 300)).collect();
    for held in &holds {
        ledger.hold(Arc::clone(held)).await.unwrap().unwrap();
    }
    // All at once, so that some are in one batch with those that cannot be kept.
    let settles = holds.iter().enumerate().map(|(at, held)| {
        let mut settle = settle(held, 100);
        spoil(&mut settle, at);
        ledger.settle(settle)
    });
    let unkept = {
        let mut unkept = hold(key, device, 300);
        Arc::make_mut(&mut unkept).origin.client_request_id = Some(NUL.into());
        unkept
    };
    let mut label = mint(0, 1);
    label.label = Some(NUL.into());
    let (settled, held, minted) = tokio::join!(
        join_all(settles),
        ledger.hold(Arc::clone(&unkept)),
        ledger.mint(vec![label])
    );
    for settled in settled {
        assert_eq!(settled.unwrap().unwrap().charged.nano_usd(), 100);
    }
    assert!(matches!(held, Err(LedgerError::Refused(_))), "{held:?}");
    assert!(matches!(minted, Err(LedgerError::Refused(_))), "{minted:?}");

    assert!(ledger.load().is_up);
    ledger.mint(vec![mint(5, 1)]).await.unwrap();
    let lot = opened.reader.lot(key).await.unwrap().unwrap();
    assert_eq!((lot.spent.nano_usd(), lot.held), (1_600, Money::ZERO));
    let query = UsageQuery::default();
    let rows = opened
        .reader
        .usage_rows(query, UsageOf::default(), None, 100)
        .await;
    let rows = rows.unwrap().rows;
    let with_id = rows.iter().filter(|row| row.provider_response_id.is_some());
    assert_eq!((rows.len(), with_id.count()), (16, 8));
    let of_model = rows.iter().filter(|row| row.model == "ab");
    assert_eq!(of_model.count(), 4, "a name loses what cannot be kept of it");
    assert_clean(&store).await;
}

/// Every second one has an id, every fourth a model's name, which cannot be kept.
fn spoil(settle: &mut Settle, at: usize) {
    let id = if at.is_multiple_of(2) { "chatcmpl-1" } else { NUL };
    settle.provider_response_id = Some(id.into());
    if at % 4 == 1 {
        Arc::make_mut(&mut settle.hold).origin.model = NUL.into();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_hold_is_settled_whatever_its_texts_are() {
    let server = Postgres::start();
    let store = in_postgres(&server.database("tt"), 1);
    let opened = open(&store).await;
    let (key, device) = enrolled(&opened.ledger, 1_000_000).await;
    for branch in ["main", NUL] {
        let mut lost = hold(key, device, 300);
        Arc::make_mut(&mut lost).origin.branch = Some(branch.into());
        opened.ledger.hold(lost).await.unwrap().unwrap();
    }
    drop(opened);
    let opened = open(&store).await;
    assert_eq!(opened.recovered.orphans.len(), 2);
    let lot = opened.reader.lot(key).await.unwrap().unwrap();
    assert_eq!((lot.spent.nano_usd(), lot.held), (532, Money::ZERO));
    assert_clean(&store).await;
}
