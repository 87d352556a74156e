//! Holds, marks, settles and releases: any number of them in one transaction of two round trips.
//! The first locks the lots, takes the resolved holds and looks at devices; everything is decided
//! on rows that nobody else can change until the second writes the outcome and commits.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use protocol::{Money, RequestId};
use tokio::sync::oneshot::Sender;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    failure::Failure,
    lot::Lots,
    session::{Fence, Session},
    spender::{Spenders, by_lot},
    work::Work,
    writes::{UsageRow, Writes},
};
use crate::ledger::{
    DeviceCap, HoldRefusal, HoldRequest, LotState, Settle, Settled,
    operation::{Hold, claimed},
};

/// What becomes of a hold.
type Decision = Result<LotState, HoldRefusal>;

#[derive(Default)]
pub(super) struct Hot {
    pub holds: Vec<(Box<Hold>, Sender<Decision>)>,
    pub extends: Vec<(RequestId, u64, Sender<bool>)>,
    pub settles: Vec<(Box<Settle>, Sender<Option<Settled>>)>,
    pub releases: Vec<(Arc<HoldRequest>, Option<Sender<bool>>)>,
}

/// What each operation is answered, in the order of the operations.
#[derive(Default)]
pub(super) struct Answers {
    holds: Vec<Decision>,
    extends: Vec<bool>,
    settles: Vec<Option<Settled>>,
    releases: Vec<bool>,
}

/// What the first round trip found.
struct Found {
    lots: Lots,
    /// Holds that this transaction resolves, with their amounts.
    taken: HashMap<Uuid, i64>,
    claimed: HashSet<(Uuid, String)>,
    live: HashSet<(Uuid, Uuid)>,
    extended: HashSet<Uuid>,
}

impl Hot {
    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
            && self.extends.is_empty()
            && self.settles.is_empty()
            && self.releases.is_empty()
    }

    /// Nobody waits for these any more: what was not held need not be.
    pub fn forget_deserted(&mut self) {
        self.holds.retain(|(_, answer)| !answer.is_closed());
    }

    /// Tells everybody. Gives back the holds that were made for callers who are gone.
    pub fn answer(self, answers: Answers) -> Vec<Arc<HoldRequest>> {
        let mut deserted = Vec::new();
        for ((hold, sender), answer) in self.holds.into_iter().zip(answers.holds) {
            if let Err(Ok(_)) = sender.send(answer) {
                deserted.push(hold.request);
            }
        }
        // For these, whoever asked may be gone; the operation stands all the same.
        for ((_, _, sender), answer) in self.extends.into_iter().zip(answers.extends) {
            let _ = sender.send(answer);
        }
        for ((_, sender), answer) in self.settles.into_iter().zip(answers.settles) {
            let _ = sender.send(answer);
        }
        for ((_, sender), answer) in self.releases.into_iter().zip(answers.releases) {
            let _ = sender.map(|sender| sender.send(answer));
        }
        deserted
    }

    fn lots(&self) -> Vec<Uuid> {
        let holds = self.holds.iter().map(|(hold, _)| hold.request.key);
        let settles = self.settles.iter().map(|(settle, _)| settle.hold.key);
        let releases = self.releases.iter().map(|(hold, _)| hold.key);
        let mut lots: Vec<Uuid> = holds
            .chain(settles)
            .chain(releases)
            .map(|key| *key.as_uuid())
            .collect();
        lots.sort_unstable();
        lots.dedup();
        lots
    }

    async fn look(&self, session: &Session, fence: &Fence) -> Result<Found, Failure> {
        let client = &session.client;
        let lots = self.lots();
        let settles = self.settles.iter().map(|(settle, _)| settle.hold.request);
        let resolved = settles.chain(self.releases.iter().map(|(hold, _)| hold.request));
        let resolved: Vec<Uuid> = resolved.map(|request| *request.as_uuid()).collect();
        let (claim_devices, claim_ids): (Vec<Uuid>, Vec<&str>) = self
            .holds
            .iter()
            .filter_map(|(hold, _)| Some((*hold.request.device.as_uuid(), claimed(&hold.request)?.as_str())))
            .unzip();
        let devices: Vec<Uuid> = self
            .holds
            .iter()
            .map(|(hold, _)| *hold.request.device.as_uuid())
            .collect();
        let (extend_ids, marks): (Vec<Uuid>, Vec<i64>) = self
            .extends
            .iter()
            .map(|(request, mark, _)| (*request.as_uuid(), crate::ledger::operation::count(*mark)))
            .unzip();
        // Polled in this order, and so sent: a device is looked at after its lot is locked, and a
        // revocation changes both.
        let began = session.begin(fence);
        let locked = async { client.query(&session.lock_lots, &[&lots]).await };
        let taken = if_any(!resolved.is_empty(), async {
            client.query(&session.take_holds, &[&resolved]).await
        });
        let claims = if_any(!claim_ids.is_empty(), async {
            client.query(&session.claim, &[&claim_devices, &claim_ids]).await
        });
        let live = if_any(!devices.is_empty(), async {
            client.query(&session.live_devices, &[&devices]).await
        });
        let extended = if_any(!extend_ids.is_empty(), async {
            client.query(&session.extend, &[&extend_ids, &marks]).await
        });
        let (began, locked, taken, claims, live, extended) =
            tokio::join!(biased; began, locked, taken, claims, live, extended);
        // The first failure is the cause of those behind it.
        began?;
        Ok(Found {
            lots: Lots::read(&locked?)?,
            taken: rows(&taken?, |row| Ok((row.try_get(0)?, row.try_get(2)?)))?,
            claimed: rows(&claims?, |row| Ok((row.try_get(0)?, row.try_get(1)?)))?,
            live: rows(&live?, |row| Ok((row.try_get(0)?, row.try_get(1)?)))?,
            extended: rows(&extended?, |row| row.try_get(0))?,
        })
    }

    /// The same decisions, in the same order, as in SQLite.
    fn settle_all(&self, found: &mut Found, writes: &mut Writes) -> Vec<Option<Settled>> {
        let settles = self.settles.iter().map(|(settle, _)| {
            let hold = &settle.hold;
            let amount = found.taken.remove(hold.request.as_uuid())?;
            let charged = settle.cost.nano_usd().min(amount);
            let lot = found.lots.change(hold.key, -amount, charged)?;
            let variance = settle.cost.nano_usd() - charged;
            writes.usage.push(UsageRow {
                settle: (**settle).clone(),
                held: amount,
                charged,
                variance,
                orphan: false,
            });
            Some(Settled {
                charged: Money::from_nano_usd(charged),
                variance: Money::from_nano_usd(variance),
                lot,
            })
        });
        settles.collect()
    }

    fn release_all(&self, found: &mut Found) -> Vec<bool> {
        let releases = self.releases.iter().map(|(hold, _)| {
            let amount = found.taken.remove(hold.request.as_uuid());
            amount.is_some_and(|amount| found.lots.change(hold.key, -amount, 0).is_some())
        });
        releases.collect()
    }

    /// Holds with a cap of their device's that the lot's sums alone may refuse wrongly.
    fn near_their_cap(&self, lots: &Lots) -> Vec<(&HoldRequest, DeviceCap)> {
        let mut wanted = Vec::new();
        let capped = self
            .holds
            .iter()
            .filter(|(hold, _)| !hold.request.caps.is_empty());
        for (hold, _) in capped {
            let request = &*hold.request;
            let Some(lot) = lots.state(request.key) else {
                continue;
            };
            // All that this transaction holds on the lot may come before.
            let on_lot = self
                .holds
                .iter()
                .filter(|(other, _)| other.request.key == request.key);
            let most: i64 = on_lot.map(|(other, _)| other.request.amount.nano_usd()).sum();
            let near = request.caps.iter().filter(|cap| by_lot(cap, lot) < most);
            wanted.extend(near.filter_map(|cap| Some((request, cap.device?))));
        }
        wanted
    }

    fn hold_all<'a>(
        &'a self,
        found: &mut Found,
        spenders: &mut Spenders,
        writes: &mut Writes<'a>,
    ) -> Vec<Decision> {
        let holds = self.holds.iter().map(|(hold, _)| {
            let request = &*hold.request;
            let device = *request.device.as_uuid();
            let claim = claimed(request);
            if let Some(id) = claim
                && !found.claimed.remove(&(device, id.clone()))
            {
                return Err(HoldRefusal::Reused);
            }
            let is_live = found.live.contains(&(device, *request.key.as_uuid()));
            let outcome = found.lots.hold(request, is_live, spenders);
            match (&outcome, claim) {
                (Ok(_), _) => {
                    spenders.note(request.device, request.amount.nano_usd());
                    writes.holds.push(hold);
                }
                // A refused request did not happen: it may be sent again under the same id.
                (Err(_), Some(id)) => writes.unclaims.push((device, id)),
                (Err(_), None) => {}
            }
            outcome
        });
        holds.collect()
    }
}

impl Work for Hot {
    type Answer = Answers;

    async fn decide<'a>(
        &'a self,
        session: &Session,
        fence: &Fence,
    ) -> Result<(Answers, Writes<'a>), Failure> {
        let mut found = self.look(session, fence).await?;
        let mut writes = Writes::new(*fence);
        let extends = self.extends.iter();
        let settles = self.settle_all(&mut found, &mut writes);
        let releases = self.release_all(&mut found);
        let near = self.near_their_cap(&found.lots);
        let mut spenders = Spenders::look(&session.client, &near, &writes.usage).await?;
        let answers = Answers {
            extends: extends
                .map(|(request, ..)| found.extended.contains(request.as_uuid()))
                .collect(),
            settles,
            releases,
            holds: self.hold_all(&mut found, &mut spenders, &mut writes),
        };
        writes.moves = found.lots.into_moves();
        Ok((answers, writes))
    }
}

async fn if_any(
    is_wanted: bool,
    query: impl Future<Output = Result<Vec<Row>, tokio_postgres::Error>>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    if is_wanted { query.await } else { Ok(Vec::new()) }
}

fn rows<T, C: FromIterator<T>>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<T, tokio_postgres::Error>,
) -> Result<C, Failure> {
    Ok(rows.iter().map(read).collect::<Result<C, _>>()?)
}
