//! What the editor shows: one state, told whenever it changes.

use std::sync::{Arc, Mutex};

use protocol::{
    Code, Money, Problem,
    api::Balance,
    editor::{CredentialStore, State, Status, method},
};

use crate::{lock::lock, output::Output};

#[derive(Clone)]
pub struct StatusBoard(Arc<Board>);

struct Board {
    facts: Mutex<Facts>,
    output: Output,
}

struct Facts {
    /// The state while no request runs.
    state: State,
    problem: Option<Problem>,
    balance: Option<Balance>,
    store: Option<CredentialStore>,
    working: usize,
    /// What was available when the gateway said that it does not suffice.
    short_at: Option<Money>,
    told: Option<Status>,
    /// The editor may be told: it has heard the answer to `initialize`.
    live: bool,
}

impl StatusBoard {
    pub fn new(output: Output) -> Self {
        let facts = Facts {
            state: State::SignedOut,
            problem: None,
            balance: None,
            store: None,
            working: 0,
            short_at: None,
            told: None,
            live: false,
        };
        Self(Arc::new(Board {
            facts: Mutex::new(facts),
            output,
        }))
    }

    /// From now on changes are told; called when it is known whether somebody is signed in.
    pub fn go_live(&self) {
        self.change(|facts| facts.live = true);
    }

    pub fn signed_in(&self, store: CredentialStore, balance: Option<Balance>) {
        self.change(|facts| {
            facts.state = State::Ready;
            facts.problem = None;
            facts.short_at = None;
            facts.store = Some(store);
            facts.balance = balance;
        });
    }

    /// Nobody is signed in, for this reason.
    pub fn signed_out(&self, problem: Problem) {
        self.change(|facts| {
            facts.state = match problem.code {
                Code::NotSignedIn => State::SignedOut,
                Code::CredentialRevoked | Code::Unauthorized => State::Revoked,
                _ => State::Error,
            };
            facts.problem = Some(problem);
            facts.balance = None;
            facts.store = None;
        });
    }

    pub fn balance(&self) -> Option<Balance> {
        lock(&self.0.facts).balance.clone()
    }

    /// The gateway says what is left. More than when it did not suffice ends `exhausted`.
    pub fn balance_is(&self, balance: Balance) {
        self.change(|facts| {
            let available = balance.available_nano_usd;
            let enough = available > facts.short_at.unwrap_or_default().max(Money::ZERO);
            match facts.state {
                State::Exhausted if enough => facts.recover(),
                State::Offline => facts.recover(),
                _ => {}
            }
            facts.balance = Some(balance);
        });
    }

    /// What a receipt says is left. Receipts and events come over different connections: one that
    /// was overtaken by a later balance of the same lots is not news.
    pub fn balance_after(&self, balance: &Balance) {
        let is_overtaken = self.balance().is_some_and(|known| {
            known.granted_nano_usd == balance.granted_nano_usd
                && known.spent_nano_usd > balance.spent_nano_usd
                && known
                    .lots
                    .iter()
                    .map(|lot| lot.id)
                    .eq(balance.lots.iter().map(|lot| lot.id))
        });
        if !is_overtaken {
            self.balance_is(balance.clone());
        }
    }

    /// The person asked for the balance anew: any credit is worth another try.
    pub fn balance_refreshed(&self, balance: Balance) {
        self.change(|facts| facts.short_at = None);
        self.balance_is(balance);
    }

    /// A request succeeded: whatever was wrong before is over.
    pub fn succeeded(&self) {
        self.change(Facts::recover);
    }

    /// A request failed.
    pub fn failed(&self, problem: Problem) {
        self.change(|facts| {
            let state = state_after(&problem);
            if state == State::Exhausted && facts.state != State::Exhausted {
                facts.short_at = facts.balance.as_ref().map(|balance| balance.available_nano_usd);
            }
            // What a device that was signed out meanwhile still hears changes nothing.
            if !matches!(facts.state, State::SignedOut | State::Revoked) || state == State::Revoked {
                facts.state = state;
            }
            facts.problem = Some(problem);
        });
    }

    /// Why an eligible request said nothing, where nothing is wrong.
    pub fn note(&self, problem: Problem) {
        self.change(|facts| {
            if facts.state == State::Ready {
                facts.problem = Some(problem);
            }
        });
    }

    /// Whether requests that nobody asked for may be sent.
    pub fn allows_automatic(&self) -> bool {
        matches!(
            lock(&self.0.facts).state,
            State::Ready | State::Offline | State::Error
        )
    }

    /// A request runs until the guard is dropped.
    pub fn begin_work(&self) -> Work {
        self.change(|facts| facts.working += 1);
        Work(self.clone())
    }

    fn change(&self, change: impl FnOnce(&mut Facts)) {
        let mut facts = lock(&self.0.facts);
        change(&mut facts);
        let status = facts.status();
        if facts.live && facts.told.as_ref() != Some(&status) {
            // Told under the lock, so that the last word is the last state.
            self.0.output.notify(method::STATUS, &status);
            facts.told = Some(status);
        }
    }
}

impl Facts {
    fn recover(&mut self) {
        if !matches!(self.state, State::SignedOut | State::Revoked) {
            self.state = State::Ready;
            self.problem = None;
            self.short_at = None;
        }
    }

    fn status(&self) -> Status {
        let state = match self.state {
            State::Ready if self.working > 0 => State::Working,
            state => state,
        };
        Status {
            state,
            balance: self.balance.clone(),
            problem: self.problem.clone(),
            credential_store: self.store,
        }
    }
}

fn state_after(problem: &Problem) -> State {
    match problem.code {
        Code::NotSignedIn => State::SignedOut,
        Code::CredentialRevoked | Code::Unauthorized => State::Revoked,
        Code::InsufficientCredit => State::Exhausted,
        Code::GatewayUnreachable | Code::Starting | Code::Draining => State::Offline,
        // A pause, or a request that was wrong: the next one may well succeed.
        Code::RateLimited | Code::CreditHeld | Code::InvalidRequest | Code::RequestReused => State::Ready,
        _ => State::Error,
    }
}

/// A running request, shown as `working`.
pub struct Work(StatusBoard);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.change(|facts| facts.working -= 1);
    }
}
