//! Random sequences of operations on the real SQLite store and on a model of a few lines.

use std::{collections::HashMap, sync::Arc};

use gateway::ledger::{HoldRefusal, HoldRequest, Ledger, LotState, Order, OrderRefusal, OrderRequest, Store};
use proptest::{prelude::*, test_runner::TestRunner};
use protocol::{
    DeviceId, KeyId, Money,
    api::{Share, Transfers},
};

use crate::{
    postgres::Postgres,
    support::{assert_clean, hold, in_file, in_postgres, mint, open, redeem, settle},
};

const LOTS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Hold {
        lot: usize,
        amount: i64,
    },
    Settle {
        which: usize,
        cost: i64,
    },
    /// Settles again what was settled before: must change nothing.
    SettleAgain {
        which: usize,
        cost: i64,
    },
    Release {
        which: usize,
    },
    Extend {
        which: usize,
    },
    RevokeKey {
        lot: usize,
    },
    RevokeDevice {
        lot: usize,
    },
    Redeem {
        lot: usize,
    },
    Grant {
        lot: usize,
        amount: i64,
    },
    Allocate {
        lot: usize,
        /// How much further on the other lot is.
        ahead: usize,
        amount: Option<i64>,
        percent: u8,
    },
    Reclaim {
        lot: usize,
        amount: Option<i64>,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let lot = 0..LOTS;
    let which = any::<prop::sample::Index>().prop_map(|index| index.index(1_000));
    prop_oneof![
        6 => (lot.clone(), 0..600i64).prop_map(|(lot, amount)| Step::Hold { lot, amount }),
        4 => (which.clone(), 0..800i64).prop_map(|(which, cost)| Step::Settle { which, cost }),
        1 => (which.clone(), 0..800i64).prop_map(|(which, cost)| Step::SettleAgain { which, cost }),
        2 => which.clone().prop_map(|which| Step::Release { which }),
        1 => which.prop_map(|which| Step::Extend { which }),
        1 => lot.clone().prop_map(|lot| Step::Redeem { lot }),
        1 => (lot.clone(), 1..300i64).prop_map(|(lot, amount)| Step::Grant { lot, amount }),
        2 => (lot.clone(), 1..LOTS, prop::option::of(1..900i64), 1..=100u8)
            .prop_map(|(lot, ahead, amount, percent)| Step::Allocate { lot, ahead, amount, percent }),
        1 => (lot.clone(), prop::option::of(1..900i64)).prop_map(|(lot, amount)| Step::Reclaim { lot, amount }),
        1 => (0..20usize, lot.clone()).prop_map(|(dice, lot)| if dice == 0 { Step::RevokeKey { lot } } else { Step::RevokeDevice { lot } }),
    ]
}

#[derive(Default)]
struct Lot {
    granted: i64,
    spent: i64,
    held: i64,
    revoked: bool,
    device_live: bool,
    devices_live: u32,
}

#[derive(Default)]
struct Model {
    lots: Vec<Lot>,
    pending: Vec<(Arc<HoldRequest>, usize, i64)>,
    settled: Vec<Arc<HoldRequest>>,
}

struct Real {
    ledger: Ledger,
    keys: Vec<(KeyId, DeviceId, [u8; 32])>,
}

const DEVICES_MAX: u32 = 3;

impl Real {
    async fn start(ledger: Ledger, credit: &[i64]) -> (Self, Model) {
        let mut keys = Vec::new();
        let mut model = Model::default();
        for &granted in credit {
            let key = mint(granted, DEVICES_MAX);
            ledger.mint(vec![key.clone()]).await.unwrap();
            let device = ledger
                .redeem(Box::new(redeem(key.mac, None)))
                .await
                .unwrap()
                .unwrap()
                .device;
            keys.push((key.id, device, key.mac));
            model.lots.push(Lot {
                granted,
                device_live: true,
                devices_live: 1,
                ..Lot::default()
            });
        }
        (Self { ledger, keys }, model)
    }

    async fn run(&self, model: &mut Model, step: Step) {
        match step {
            Step::Hold { lot, amount } => self.hold(model, lot, amount).await,
            Step::Settle { which, cost } => {
                if model.pending.is_empty() {
                    return;
                }
                let (request, lot, amount) = model.pending.swap_remove(which % model.pending.len());
                let settled = self.ledger.settle(settle(&request, cost)).await.unwrap().unwrap();
                let lot = &mut model.lots[lot];
                lot.held -= amount;
                lot.spent += cost.min(amount);
                assert_eq!(settled.charged.nano_usd(), cost.min(amount));
                assert_eq!(settled.variance.nano_usd(), (cost - amount).max(0));
                assert_eq!(settled.lot, lot.state());
                model.settled.push(request);
            }
            Step::SettleAgain { which, cost } => {
                if model.settled.is_empty() {
                    return;
                }
                let request = Arc::clone(&model.settled[which % model.settled.len()]);
                assert_eq!(self.ledger.settle(settle(&request, cost)).await.unwrap(), None);
                assert!(!self.ledger.release(request).await.unwrap());
            }
            Step::Release { which } => {
                if model.pending.is_empty() {
                    return;
                }
                let (request, lot, amount) = model.pending.swap_remove(which % model.pending.len());
                assert!(self.ledger.release(Arc::clone(&request)).await.unwrap());
                model.lots[lot].held -= amount;
                model.settled.push(request);
            }
            Step::Extend { which } => {
                if model.pending.is_empty() {
                    return;
                }
                let (request, ..) = &model.pending[which % model.pending.len()];
                assert!(self.ledger.extend(request.request, 1_256).await.unwrap());
            }
            Step::RevokeKey { lot } => {
                assert!(self.ledger.revoke_key(self.keys[lot].0, 1).await.unwrap());
                let lot = &mut model.lots[lot];
                (lot.revoked, lot.device_live, lot.devices_live) = (true, false, 0);
            }
            Step::RevokeDevice { lot } => {
                let live = model.lots[lot].device_live;
                assert_eq!(
                    self.ledger.revoke_device(self.keys[lot].1, 1).await.unwrap(),
                    live
                );
                let lot = &mut model.lots[lot];
                lot.devices_live -= u32::from(lot.device_live);
                lot.device_live = false;
            }
            Step::Redeem { lot } => {
                let answer = self
                    .ledger
                    .redeem(Box::new(redeem(self.keys[lot].2, None)))
                    .await
                    .unwrap();
                let lot = &mut model.lots[lot];
                let free = !lot.revoked && lot.devices_live < DEVICES_MAX;
                assert_eq!(answer.is_ok(), free);
                lot.devices_live += u32::from(free);
            }
            Step::Grant { lot, amount } => {
                let to = self.keys[lot].0;
                let answer = self
                    .order(Order::Grant {
                        to,
                        amount: Money::from_nano_usd(amount),
                    })
                    .await;
                let lot = &mut model.lots[lot];
                if lot.revoked {
                    assert_eq!(answer, Err(OrderRefusal::Closed(to)));
                } else {
                    lot.granted += amount;
                    assert_eq!(available_in(&answer.unwrap(), to), lot.available());
                }
            }
            Step::Allocate {
                lot,
                ahead,
                amount,
                percent,
            } => {
                self.allocate(model, (lot, (lot + ahead) % LOTS), amount, percent)
                    .await;
            }
            Step::Reclaim { lot, amount } => {
                let from = self.keys[lot].0;
                let answer = self
                    .order(Order::Reclaim {
                        from,
                        amount: amount.map(Money::from_nano_usd),
                    })
                    .await;
                let lot = &mut model.lots[lot];
                let amount = amount.unwrap_or(lot.available());
                if amount > lot.available() {
                    assert_eq!(answer, Err(OrderRefusal::Short(lot.state())));
                } else {
                    lot.granted -= amount;
                    assert_eq!(available_in(&answer.unwrap(), from), lot.available());
                }
            }
        }
    }

    async fn order(&self, order: Order) -> Result<Transfers, OrderRefusal> {
        let request = OrderRequest {
            order,
            at: 1,
            idempotency_key: None,
        };
        self.ledger.order(Box::new(request)).await.unwrap()
    }

    async fn allocate(
        &self,
        model: &mut Model,
        (from, to): (usize, usize),
        amount: Option<i64>,
        percent: u8,
    ) {
        let (source, target) = (self.keys[from].0, self.keys[to].0);
        let order = Order::Allocate {
            from: source,
            amount: amount.map(Money::from_nano_usd),
            shares: vec![Share {
                to_key_id: target,
                percent,
            }],
        };
        let answer = self.order(order).await;
        let available = model.lots[from].available();
        let whole = amount.unwrap_or(available) * i64::from(percent);
        // The nearest whole number; a half goes to the share.
        let part = (whole + 50) / 100;
        let closed = [from, to].into_iter().find(|&lot| model.lots[lot].revoked);
        if let Some(closed) = closed {
            assert_eq!(answer, Err(OrderRefusal::Closed(self.keys[closed].0)));
        } else if part > available {
            assert_eq!(answer, Err(OrderRefusal::Short(model.lots[from].state())));
        } else {
            model.lots[from].granted -= part;
            model.lots[to].granted += part;
            let answer = answer.unwrap();
            for (lot, key) in [(from, source), (to, target)] {
                assert_eq!(available_in(&answer, key), model.lots[lot].available());
            }
        }
    }

    async fn hold(&self, model: &mut Model, lot_index: usize, amount: i64) {
        let (key, device, _) = self.keys[lot_index];
        let request = hold(key, device, amount);
        let answer = self.ledger.hold(Arc::clone(&request)).await.unwrap();
        let lot = &mut model.lots[lot_index];
        if lot.revoked || !lot.device_live {
            assert_eq!(answer, Err(HoldRefusal::Revoked));
        } else if amount > lot.available() {
            assert_eq!(answer, Err(HoldRefusal::Short(lot.state())));
        } else {
            lot.held += amount;
            assert_eq!(answer, Ok(lot.state()));
            model.pending.push((request, lot_index, amount));
        }
    }
}

fn available_in(answer: &Transfers, key: KeyId) -> i64 {
    let lot = answer.lots.iter().find(|lot| lot.key_id == key).unwrap();
    lot.available_nano_usd.nano_usd()
}

impl Lot {
    fn available(&self) -> i64 {
        self.granted - self.spent - self.held
    }

    fn state(&self) -> LotState {
        let money = Money::from_nano_usd;
        LotState {
            granted: money(self.granted),
            spent: money(self.spent),
            held: money(self.held),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn the_store_does_what_the_model_does(
        credit in prop::collection::vec(0..2_000i64, LOTS),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let folder = tempfile::tempdir().unwrap();
        behaves_like_the_model(&in_file(folder.path()), &credit, steps)?;
    }
}

#[test]
fn postgresql_does_what_the_model_does() {
    let server = Postgres::start();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        // A database of its own for each case; the server goes with the test.
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let cases = (
        prop::collection::vec(0..2_000i64, LOTS),
        prop::collection::vec(step(), 1..120),
    );
    let number = std::cell::Cell::new(0);
    runner
        .run(&cases, |(credit, steps)| {
            number.set(number.get() + 1);
            let url = server.database(&format!("case_{}", number.get()));
            behaves_like_the_model(&in_postgres(&url, 1), &credit, steps)
        })
        .unwrap();
}

fn behaves_like_the_model(store: &Store, credit: &[i64], steps: Vec<Step>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pending = runtime.block_on(async {
        let opened = open(store).await;
        let (real, mut model) = Real::start(opened.ledger, credit).await;
        for step in steps {
            real.run(&mut model, step).await;
        }
        assert_clean(store).await;
        let pending = model.pending.iter();
        pending
            .map(|(request, _, amount)| (request.request, *amount))
            .collect::<HashMap<_, _>>()
    });
    // A restart settles exactly what was pending: 10 counted tokens and the mark, clamped.
    let opened = runtime.block_on(open(store));
    let orphans = opened.recovered.orphans;
    prop_assert_eq!(orphans.len(), pending.len());
    for orphan in orphans {
        let most = pending[&orphan.request];
        let charged = orphan.charged.nano_usd();
        prop_assert!(
            charged == most.min(266) || charged == most.min(1_266),
            "{} of {}",
            charged,
            most
        );
    }
    runtime.block_on(assert_clean(store));
    Ok(())
}
