//! What a page of the dashboard hears: that something it may see has changed, and its member's balance.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream, stream::BoxStream};
use protocol::{
    Code, KeyId, MemberId, Problem,
    api::{Event, Role},
};
use tokio::{
    sync::{
        broadcast::{
            Receiver,
            error::{RecvError, TryRecvError},
        },
        watch,
    },
    time::{Interval, MissedTickBehavior, interval, sleep},
};

use super::{LISTENERS_MAX, too_many};
use crate::{
    access::{Action, Reach, Standing},
    clock::now_ms,
    events::PagePlace,
    route::{Answer, access::SignedIn},
    session,
    state::Gateway,
};

/// Changes of this time are told as one.
const GATHER: Duration = Duration::from_millis(200);
/// How often it is looked whether a session still stands: it may have been idle for too long, or
/// have ended at another gateway. What ends here is known at once.
const LOOK: Duration = Duration::from_secs(20);
const OVER: &str = "This session is over.";

struct Listening {
    gateway: Arc<Gateway>,
    /// What the session is found by.
    mac: [u8; 32],
    member: MemberId,
    reach: Reach,
    role: Role,
    changes: Receiver<KeyId>,
    people: watch::Receiver<u64>,
    alerts: watch::Receiver<u64>,
    /// How many open alerts the page was told of.
    open: Option<u64>,
    look: Interval,
    _place: PagePlace,
}

/// What happened since the last look.
enum Heard {
    /// The member's own credit.
    Own,
    /// Something of others that they may see.
    Others,
    Nothing,
    /// Alerts, whoever's they are.
    Alerts,
    /// The session may be over.
    Look,
    End,
}

pub async fn events(
    gateway: Arc<Gateway>,
    reach: Reach,
    signed_in: &SignedIn,
) -> Answer<BoxStream<'static, Event>> {
    let member = signed_in.record.member.id;
    let place = gateway
        .events
        .page(member, LISTENERS_MAX)
        .ok_or_else(|| too_many("This member's pages listen in too many places."))?;
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.reset();
    // Listen first, then read: a change between the two is told twice rather than never.
    let mut listening = Listening {
        alerts: gateway.events.listen_to_alerts(),
        open: None,
        changes: gateway.events.listen_to_all(),
        people: gateway.events.listen_to_people(),
        look,
        _place: place,
        gateway: Arc::clone(&gateway),
        mac: signed_in.mac,
        member,
        reach,
        role: signed_in.record.member.role,
    };
    // Whoever signed out between the check and this line would listen for ever.
    if !listening.still_stands().await {
        return Err(Problem::new(Code::Unauthorized, OVER)
            .with_hint("Sign in again.")
            .into());
    }
    // A page asks for its alerts when it opens; what is told here is what changed since.
    let _ = listening.alerts().await;
    let first = Event::Balance {
        balance: gateway.balance_of_member(member).await?,
    };
    let later = stream::unfold(Some(listening), |listening| async move {
        let mut listening = listening?;
        let event = listening.next().await?;
        let is_over = matches!(event, Event::Revocation { .. });
        Some((event, (!is_over).then_some(listening)))
    });
    Ok(stream::once(async { first }).chain(later).boxed())
}

impl Listening {
    /// The next thing to tell; none when the gateway stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let heard = self.hear().await;
            match heard {
                Heard::End => return None,
                // Others' changes are many, and nothing is told of them here.
                Heard::Nothing => continue,
                Heard::Own | Heard::Others | Heard::Alerts | Heard::Look => {}
            }
            if !self.still_stands().await {
                return Some(Event::Revocation { message: OVER.into() });
            }
            match heard {
                Heard::Own => {
                    let balance = self.gateway.balance_of_member(self.member).await.ok()?;
                    return Some(Event::Balance { balance });
                }
                Heard::Others => return Some(Event::Changed),
                Heard::Alerts => {
                    if let Some(event) = self.alerts().await {
                        return Some(event);
                    }
                }
                Heard::Nothing | Heard::Look | Heard::End => {}
            }
        }
    }

    /// What is open of the alerts that the page may see; nothing where it may see none, or where none of
    /// them is another one than before.
    async fn alerts(&mut self) -> Option<Event> {
        let member = match Action::ListAlerts.rule().reach(Standing::Member(self.role)) {
            Reach::All => None,
            Reach::Own => Some(self.member),
            Reach::Totals | Reach::No => return None,
        };
        let open = self.gateway.reader.alerts().open(member).await.ok()?;
        let before = self.open.replace(open);
        // Whoever sees only their own is not told each time that somebody else's changed.
        (member.is_none() || before != Some(open)).then_some(Event::Alerts { open })
    }

    async fn hear(&mut self) -> Heard {
        let first = tokio::select! {
            () = self.gateway.stop.on_drain() => return Heard::End,
            _ = self.look.tick() => return Heard::Look,
            changed = self.people.changed() => {
                return if changed.is_ok() { Heard::Look } else { Heard::End };
            }
            changed = self.alerts.changed() => {
                return if changed.is_ok() { Heard::Alerts } else { Heard::End };
            }
            change = self.changes.recv() => change,
        };
        if matches!(first, Err(RecvError::Closed)) {
            return Heard::End;
        }
        sleep(GATHER).await;
        let mut heard = self.weigh(first.ok());
        loop {
            match self.changes.try_recv() {
                Ok(key) => heard = louder(heard, self.weigh(Some(key))),
                Err(TryRecvError::Lagged(_)) => {
                    heard = louder(heard, self.weigh(None));
                }
                Err(_) => return heard,
            }
        }
    }

    /// What a change means to the page; one that was missed could have been anything.
    fn weigh(&self, key: Option<KeyId>) -> Heard {
        let Some(key) = key else { return Heard::Own };
        let owner = self.gateway.directory.key(key).and_then(|key| key.member());
        match (owner == Some(self.member), self.reach) {
            (true, _) => Heard::Own,
            (false, Reach::All | Reach::Totals) => Heard::Others,
            (false, _) => Heard::Nothing,
        }
    }

    async fn still_stands(&self) -> bool {
        let found = self.gateway.reader.people().sign_in(&self.mac).await;
        // A database that is out of reach ends no session.
        found.map_or(true, |found| {
            found.is_some_and(|record| {
                // Where the page came from was looked at when it began to listen.
                let is_over = session::is_over(&record.session, now_ms(), true);
                record.member.disabled_at.is_none() && !is_over
            })
        })
    }
}

fn louder(one: Heard, other: Heard) -> Heard {
    match (&one, &other) {
        (Heard::Own, _) | (_, Heard::Nothing) => one,
        _ => other,
    }
}
