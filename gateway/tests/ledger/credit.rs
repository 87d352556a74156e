//! Credit that moves: with holds pending, past its time, by itself each period, and once.

use std::{path::Path, sync::Arc};

use gateway::ledger::{
    HoldRefusal, KeyMint, Ledger, LotState, Opened, Order, OrderRefusal, OrderRequest, Store, Terms,
};
use jiff::Timestamp;
use protocol::{
    DeviceId, KeyId, Money,
    api::{Every, Share, TransferKind, Transfers},
};
use rusqlite::Connection;

use crate::{
    postgres::Postgres,
    support::{assert_clean, hold, in_file, in_postgres, mint, open, redeem, settle},
};

/// The same facts on both databases.
macro_rules! on_both {
    ($name:ident, $run:ident) => {
        mod $name {
            #[tokio::test]
            async fn in_sqlite() {
                let folder = tempfile::tempdir().unwrap();
                super::$run(&super::in_file(folder.path())).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_postgresql() {
                let server = super::Postgres::start();
                super::$run(&super::in_postgres(&server.database("tt"), 1)).await;
            }
        }
    };
}

on_both!(holds_pending_stay_covered, holds_pending);
on_both!(an_expired_key_gives_its_rest_back_once_nothing_is_pending, expiry);
on_both!(an_order_is_carried_out_once_under_its_key, idempotency);
on_both!(an_allowance_comes_once_a_period, allowance);
on_both!(credit_is_divided_exactly, division);

fn money(amount: i64) -> Money {
    Money::from_nano_usd(amount)
}

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

async fn enrolled(ledger: &Ledger, key: KeyMint) -> (KeyId, DeviceId) {
    let (id, mac) = (key.id, key.mac);
    ledger.mint(vec![key]).await.unwrap();
    let enrolled = ledger.redeem(Box::new(redeem(mac, None))).await;
    (id, enrolled.unwrap().unwrap().device)
}

async fn order_at(ledger: &Ledger, at: i64, order: Order) -> Result<Transfers, OrderRefusal> {
    let request = OrderRequest {
        order,
        at,
        idempotency_key: None,
    };
    ledger.order(Box::new(request)).await.unwrap()
}

async fn order(ledger: &Ledger, order: Order) -> Result<Transfers, OrderRefusal> {
    order_at(ledger, 1, order).await
}

/// (granted, spent, held)
async fn lot(opened: &Opened, key: KeyId) -> (i64, i64, i64) {
    let LotState { granted, spent, held } = opened.reader.lot(key).await.unwrap().unwrap();
    (granted.nano_usd(), spent.nano_usd(), held.nano_usd())
}

async fn holds_pending(store: &Store) {
    let opened = open(store).await;
    let ledger = &opened.ledger;
    let (key, device) = enrolled(ledger, mint(1_000, 1)).await;
    let pending = hold(key, device, 400);
    ledger.hold(Arc::clone(&pending)).await.unwrap().unwrap();

    let too_much = Order::Reclaim {
        from: key,
        amount: Some(money(601)),
    };
    let Err(OrderRefusal::Short(state)) = order(ledger, too_much).await else {
        panic!("more than what is free was taken");
    };
    assert_eq!((state.available().nano_usd(), state.held.nano_usd()), (600, 400));
    let all = Order::Reclaim {
        from: key,
        amount: None,
    };
    let done = order(ledger, all.clone()).await.unwrap();
    assert_eq!(done.transfers[0].kind, TransferKind::Reclaim);
    assert_eq!(done.transfers[0].amount_nano_usd, money(600));
    assert_eq!(lot(&opened, key).await, (400, 0, 400));
    let more = ledger.hold(hold(key, device, 1)).await.unwrap();
    assert!(matches!(more, Err(HoldRefusal::Short(_))), "{more:?}");

    // The key goes too. The request that runs is charged what it used, and the rest can be taken.
    assert!(ledger.revoke_key(key, 1).await.unwrap());
    let settled = ledger.settle(settle(&pending, 150)).await.unwrap().unwrap();
    assert_eq!(settled.charged, money(150));
    assert_eq!(settled.lot.available(), money(250));
    let top_up = Order::Grant {
        to: key,
        amount: money(5),
    };
    assert_eq!(order(ledger, top_up).await, Err(OrderRefusal::Closed(key)));
    order(ledger, all.clone()).await.unwrap();
    assert_eq!(lot(&opened, key).await, (150, 150, 0));
    // Nothing is left to take, which is no mistake.
    assert_eq!(order(ledger, all).await.unwrap().transfers, []);
    let nobody = KeyId::from_bytes([9; 16]);
    let unknown = Order::Grant {
        to: nobody,
        amount: money(1),
    };
    assert_eq!(order(ledger, unknown).await, Err(OrderRefusal::Unknown(nobody)));
    assert_clean(store).await;
}

async fn expiry(store: &Store) {
    let opened = open(store).await;
    let ledger = &opened.ledger;
    let end = gateway::clock::now_ms() + 3_600_000;
    let (key, device) = enrolled(
        ledger,
        KeyMint {
            expires_at: Some(gateway::clock::timestamp(end)),
            ..mint(1_000, 1)
        },
    )
    .await;
    let (late, lost) = (hold(key, device, 400), hold(key, device, 100));
    ledger.hold(Arc::clone(&late)).await.unwrap().unwrap();
    ledger.hold(Arc::clone(&lost)).await.unwrap().unwrap();

    assert_eq!(ledger.due(end - 1).await.unwrap(), []);
    // Its time is over, and two requests still run.
    assert_eq!(ledger.due(end).await.unwrap(), []);
    assert_eq!(lot(&opened, key).await, (1_000, 0, 500));
    // The late settle is charged, at most its hold; what is beyond that is the house's.
    let settled = ledger.settle(settle(&late, 450)).await.unwrap().unwrap();
    assert_eq!((settled.charged, settled.variance), (money(400), money(50)));
    assert_eq!(ledger.due(end).await.unwrap(), []);
    assert!(ledger.release(lost).await.unwrap());
    assert_eq!(ledger.due(end).await.unwrap(), [key]);
    assert_eq!(lot(&opened, key).await, (400, 400, 0));
    assert_eq!(ledger.due(end).await.unwrap(), [], "once");
    let top_up = Order::Grant {
        to: key,
        amount: money(5),
    };
    assert_eq!(
        order_at(ledger, end, top_up).await,
        Err(OrderRefusal::Closed(key))
    );
    assert_clean(store).await;
}

async fn idempotency(store: &Store) {
    let opened = open(store).await;
    let ledger = &opened.ledger;
    let (key, _) = enrolled(ledger, mint(0, 1)).await;
    let request = |amount, at| {
        Box::new(OrderRequest {
            order: Order::Grant {
                to: key,
                amount: money(amount),
            },
            at,
            idempotency_key: Some("again".into()),
        })
    };
    let reclaim = Box::new(OrderRequest {
        order: Order::Reclaim {
            from: key,
            amount: Some(money(5)),
        },
        at: 1,
        idempotency_key: Some("again".into()),
    });
    // What was refused did nothing, and leaves the key free.
    let refused = ledger.order(reclaim.clone()).await.unwrap();
    assert!(matches!(refused, Err(OrderRefusal::Short(_))), "{refused:?}");

    let both = tokio::join!(ledger.order(request(70, 1)), ledger.order(request(70, 2)));
    let first = both.0.unwrap().unwrap();
    assert_eq!(both.1.unwrap().unwrap(), first);
    order(
        ledger,
        Order::Grant {
            to: key,
            amount: money(1),
        },
    )
    .await
    .unwrap();
    assert_eq!(ledger.order(request(70, 3)).await.unwrap().unwrap(), first);
    for other in [request(71, 3), reclaim] {
        assert_eq!(ledger.order(other).await.unwrap(), Err(OrderRefusal::Reused));
    }
    assert_eq!(lot(&opened, key).await, (71, 0, 0));
    // After a day it is forgotten.
    let later = 24 * 3_600_000 + 2;
    ledger.order(request(70, later)).await.unwrap().unwrap();
    assert_eq!(lot(&opened, key).await, (141, 0, 0));
    assert_clean(store).await;
}

async fn allowance(store: &Store) {
    let opened = open(store).await;
    let ledger = &opened.ledger;
    let (key, device) = enrolled(ledger, mint(10, 1)).await;
    let set = |amount, carry_over| Order::Allowance {
        key,
        terms: Some(Terms {
            amount: money(amount),
            every: Every::Month,
            carry_over,
        }),
    };
    let january = ms("2027-01-10T00:00:00Z");
    let done = order_at(ledger, january, set(500, false)).await.unwrap();
    assert_eq!(
        done.lots[0].available_nano_usd,
        money(510),
        "the running month's comes at once"
    );
    order_at(ledger, january + 1, set(600, false)).await.unwrap();
    assert_eq!(ledger.due(ms("2027-01-31T23:59:59Z")).await.unwrap(), []);
    assert_eq!(
        lot(&opened, key).await,
        (510, 0, 0),
        "and once, also under new terms"
    );
    let shown = opened.reader.key(key).await.unwrap().unwrap().allowance.unwrap();
    assert_eq!(shown.next_at, "2027-02-01T00:00:00Z".parse().unwrap());

    // 200 are spent and 100 held when February comes: 200 of January's 500 go back.
    let used = hold(key, device, 200);
    ledger.hold(Arc::clone(&used)).await.unwrap().unwrap();
    ledger.settle(settle(&used, 200)).await.unwrap().unwrap();
    let pending = hold(key, device, 100);
    ledger.hold(Arc::clone(&pending)).await.unwrap().unwrap();
    let february = ms("2027-02-01T00:00:00Z");
    assert_eq!(ledger.due(february).await.unwrap(), [key]);
    assert_eq!(lot(&opened, key).await, (910, 200, 100));
    let settled = ledger.settle(settle(&pending, 100)).await.unwrap().unwrap();
    assert_eq!(settled.lot.available(), money(610));

    // Nothing ran for three months: one grant for each with carry-over.
    order_at(ledger, february, set(600, true)).await.unwrap();
    assert_eq!(ledger.due(ms("2027-05-20T00:00:00Z")).await.unwrap(), [key; 3]);
    assert_eq!(lot(&opened, key).await, (2_710, 300, 0));
    let off = Order::Allowance { key, terms: None };
    order_at(ledger, ms("2027-05-21T00:00:00Z"), off).await.unwrap();
    assert_eq!(ledger.due(ms("2028-01-01T00:00:00Z")).await.unwrap(), []);
    assert_eq!(opened.reader.key(key).await.unwrap().unwrap().allowance, None);

    // A revoked key gets no more.
    order_at(ledger, ms("2028-01-01T00:00:00Z"), set(1, true))
        .await
        .unwrap();
    assert!(ledger.revoke_key(key, 1).await.unwrap());
    assert_eq!(ledger.due(ms("2028-03-01T00:00:00Z")).await.unwrap(), [key]);
    assert_eq!(ledger.due(ms("2028-04-01T00:00:00Z")).await.unwrap(), []);
    assert_eq!(lot(&opened, key).await, (2_711, 300, 0));
    assert_clean(store).await;
}

async fn division(store: &Store) {
    let opened = open(store).await;
    let ledger = &opened.ledger;
    let (team, _) = enrolled(ledger, mint(1_001, 1)).await;
    let mut shares = Vec::new();
    for percent in [33, 33, 14] {
        let (member, _) = enrolled(ledger, mint(0, 1)).await;
        shares.push(Share {
            to_key_id: member,
            percent,
        });
    }
    let divide = Order::Allocate {
        from: team,
        amount: None,
        shares: shares.clone(),
    };
    let done = order(ledger, divide).await.unwrap();
    let amounts: Vec<_> = done
        .transfers
        .iter()
        .map(|one| one.amount_nano_usd.nano_usd())
        .collect();
    // 330.33, 330.33, 140.14, and 200.2 stay; one is left over.
    assert_eq!(amounts, [331, 330, 140]);
    assert_eq!(lot(&opened, team).await, (200, 0, 0));
    assert_eq!(lot(&opened, shares[0].to_key_id).await, (331, 0, 0));
    // All of it or nothing: the last one is no key.
    shares[2].to_key_id = KeyId::from_bytes([9; 16]);
    let divide = Order::Allocate {
        from: team,
        amount: Some(money(100)),
        shares,
    };
    let unknown = OrderRefusal::Unknown(KeyId::from_bytes([9; 16]));
    assert_eq!(order(ledger, divide).await, Err(unknown));
    let too_full = Order::Grant {
        to: team,
        amount: Money::MAX,
    };
    assert_eq!(order(ledger, too_full).await, Err(OrderRefusal::Full(team)));
    assert_eq!(lot(&opened, team).await, (200, 0, 0));
    assert_clean(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_gateways_bring_an_allowance_once_and_never_take_what_is_held() {
    let server = Postgres::start();
    let url = server.database("tt");
    let gateways = [
        open(&in_postgres(&url, 1)).await,
        open(&in_postgres(&url, 2)).await,
        open(&in_postgres(&url, 3)).await,
    ];
    let now = ms("2027-01-10T00:00:00Z");
    let terms = Terms {
        amount: money(100),
        every: Every::Day,
        carry_over: true,
    };
    let mut keys = Vec::new();
    for _ in 0..20 {
        let (key, device) = enrolled(&gateways[0].ledger, mint(1_000, 1)).await;
        let set = Order::Allowance {
            key,
            terms: Some(terms),
        };
        order_at(&gateways[0].ledger, now, set).await.unwrap();
        keys.push((key, device));
    }
    let day = 24 * 3_600_000;
    let (one, two, three) = tokio::join!(
        gateways[0].ledger.due(now + 3 * day),
        gateways[1].ledger.due(now + 3 * day),
        gateways[2].ledger.due(now + 3 * day),
    );
    let brought = one.unwrap().len() + two.unwrap().len() + three.unwrap().len();
    assert_eq!(brought, 20 * 3);
    for (key, _) in &keys {
        assert_eq!(lot(&gateways[1], *key).await, (1_400, 0, 0));
    }

    // Holds at one gateway, credit taken and moved at the others: whoever is later is refused.
    let mut tasks = tokio::task::JoinSet::new();
    for (at, &(key, device)) in keys.iter().enumerate() {
        let (holder, mover) = (gateways[0].ledger.clone(), gateways[1 + at % 2].ledger.clone());
        let other = keys[(at + 7) % keys.len()].0;
        tasks.spawn(async move {
            for turn in 0..10 {
                let request = hold(key, device, 300);
                let shares = vec![Share {
                    to_key_id: other,
                    percent: 100,
                }];
                let take = Order::Allocate {
                    from: key,
                    amount: Some(money(250)),
                    shares,
                };
                let (held, moved) = tokio::join!(holder.hold(Arc::clone(&request)), order(&mover, take));
                if let Err(refusal) = moved {
                    assert!(matches!(refusal, OrderRefusal::Short(_)), "{refusal:?}");
                }
                if held.unwrap().is_ok() {
                    holder.settle(settle(&request, turn)).await.unwrap().unwrap();
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let mut sum = 0;
    for (key, _) in &keys {
        let (granted, _, held) = lot(&gateways[0], *key).await;
        assert_eq!(held, 0);
        sum += granted;
    }
    assert_eq!(sum, 20 * 1_400);
    assert_clean(&in_postgres(&url, 1)).await;
}

#[tokio::test]
async fn the_recount_notices_credit_that_came_from_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let (key, _) = enrolled(&opened.ledger, mint(0, 1)).await;
    order(
        &opened.ledger,
        Order::Grant {
            to: key,
            amount: money(7),
        },
    )
    .await
    .unwrap();
    drop(opened);
    let path: &Path = &folder.path().join("gateway.db");
    let database = Connection::open(path).unwrap();
    let changed = database.execute("UPDATE entry SET amount = 8", []);
    assert!(changed.unwrap_err().to_string().contains("never changed"));
    database.execute("UPDATE account SET granted = 8", []).unwrap();
    let report = store.verify().await.unwrap();
    assert_eq!(report.differences.len(), 1, "{:?}", report.differences);
    assert_eq!(
        (report.differences[0].stored, report.differences[0].recounted),
        (8, 7)
    );
}
