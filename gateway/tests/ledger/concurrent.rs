//! Random operations from 64 places at once; the checker believes only what was answered.

use std::sync::Arc;

use gateway::ledger::{HoldRefusal, Ledger, LotState, Store};
use proptest::test_runner::{RngAlgorithm, TestRng};
use protocol::{DeviceId, KeyId};
use rand::RngExt as _;

use crate::{
    postgres::Postgres,
    support::{assert_clean, hold, in_file, in_postgres, mint, open, redeem, settle},
};

const TASKS: usize = 64;
const OPERATIONS: usize = 120_000;
const LOTS: usize = 6;
const CREDIT: i64 = 40_000;

#[derive(Default, Debug, Clone, Copy)]
struct Tally {
    operations: u64,
    spent: [i64; LOTS],
    refused: u64,
}

#[test]
fn nothing_is_overspent_lost_or_doubled_by_64_at_once() {
    let folder = tempfile::tempdir().unwrap();
    println!("{}", survives_64_at_once(&in_file(folder.path())));
}

#[test]
fn nothing_is_overspent_lost_or_doubled_in_postgresql() {
    let server = Postgres::start();
    println!("{}", survives_64_at_once(&in_postgres(&server.database("tt"), 1)));
}

fn survives_64_at_once(store: &Store) -> String {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let opened = runtime.block_on(open(store));
    let ledger = opened.ledger;
    let lots = Arc::new(runtime.block_on(lots(&ledger)));
    let tallies = runtime.block_on(async {
        let tasks = (0..TASKS).map(|task| tokio::spawn(attack(task, ledger.clone(), Arc::clone(&lots))));
        let mut tallies = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            tallies.push(task.await.unwrap());
        }
        tallies
    });
    for (index, (key, _)) in lots.iter().enumerate() {
        let lot = runtime.block_on(opened.reader.lot(*key)).unwrap().unwrap();
        let answered: i64 = tallies.iter().map(|tally| tally.spent[index]).sum();
        assert_eq!(
            lot.spent.nano_usd(),
            answered,
            "charges answered and charges stored"
        );
        assert_eq!(lot.held.nano_usd(), 0);
        assert!(answered <= CREDIT);
    }
    let operations: u64 = tallies.iter().map(|tally| tally.operations).sum();
    let refused: u64 = tallies.iter().map(|tally| tally.refused).sum();
    assert!(
        operations >= 100_000 && refused > 1_000,
        "{operations} operations, {refused} refused"
    );
    drop(opened.writer);
    runtime.block_on(assert_clean(store));
    format!("{operations} operations from {TASKS} places, {refused} refused, 0 overspent, 0 lost, 0 doubled")
}

async fn lots(ledger: &Ledger) -> Vec<(KeyId, DeviceId)> {
    let mut lots = Vec::new();
    for _ in 0..LOTS {
        let key = mint(CREDIT, 1);
        ledger.mint(vec![key.clone()]).await.unwrap();
        let device = ledger
            .redeem(Box::new(redeem(key.mac, None)))
            .await
            .unwrap()
            .unwrap()
            .device;
        lots.push((key.id, device));
    }
    lots
}

/// Holds often more than is left and often settles above the hold, or twice, or releases.
async fn attack(task: usize, ledger: Ledger, lots: Arc<Vec<(KeyId, DeviceId)>>) -> Tally {
    let mut seed = [7; 32];
    seed[0] = u8::try_from(task).unwrap();
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut tally = Tally::default();
    while tally.operations < (OPERATIONS / TASKS) as u64 {
        let lot = random.random_range(0..LOTS);
        let (key, device) = lots[lot];
        let request = hold(key, device, random.random_range(1..4_000));
        let amount = request.amount.nano_usd();
        tally.operations += 2;
        match ledger.hold(Arc::clone(&request)).await.unwrap() {
            Ok(state) => assert_solvent(state),
            Err(HoldRefusal::Short(state)) => {
                assert!(
                    state.available().nano_usd() < amount,
                    "refused although {state:?} covers {amount}"
                );
                tally.refused += 1;
                continue;
            }
            Err(other) => panic!("{other:?}"),
        }
        if random.random_ratio(1, 3) {
            assert!(ledger.release(request).await.unwrap());
            continue;
        }
        // Mostly small charges, so that the credit lasts for the whole run.
        let cost = if random.random_ratio(1, 50) {
            amount + 5
        } else {
            random.random_range(0..8)
        };
        let settle = || ledger.settle(settle(&request, cost));
        let (first, second) = tokio::join!(settle(), settle());
        let outcomes = [first.unwrap(), second.unwrap()];
        assert_eq!(outcomes.iter().flatten().count(), 1, "a hold is settled once");
        let settled = outcomes.into_iter().flatten().next().unwrap();
        assert_eq!(settled.charged.nano_usd(), cost.min(amount));
        assert_solvent(settled.lot);
        tally.spent[lot] += settled.charged.nano_usd();
        tally.operations += 1;
    }
    tally
}

fn assert_solvent(lot: LotState) {
    assert!(
        lot.available().nano_usd() >= 0 && lot.held.nano_usd() >= 0,
        "{lot:?}"
    );
}
