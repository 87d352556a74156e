//! Shared connections of a thread, by upstream; and which upstreams offer them.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::Duration,
};

use tokio::sync::Mutex;

use super::multiplexed::Multiplexed;
use crate::catalogue::Origin;

/// Shared connections to one upstream; each has many streams.
const CONNECTIONS_MAX: usize = 64;

#[derive(Default)]
pub(super) struct Lanes(RefCell<HashMap<String, Rc<Lane>>>);

/// The way to one upstream.
#[derive(Default)]
pub(super) struct Lane {
    shared: RefCell<Vec<Multiplexed>>,
    /// It was asked, and wants a connection for each request.
    wants_own: Cell<bool>,
    /// Whoever opens a shared connection opens it for all that wait.
    pub opening: Mutex<()>,
}

impl Lanes {
    pub(super) fn of(&self, origin: &Origin) -> Rc<Lane> {
        let mut lanes = self.0.borrow_mut();
        if let Some(lane) = lanes.get(&origin.key) {
            return Rc::clone(lane);
        }
        Rc::clone(lanes.entry(origin.key.clone()).or_default())
    }

    /// Lets go of what nobody used for a while.
    pub(super) fn sweep(&self, idle_max: Duration) {
        self.0.borrow_mut().retain(|_, lane| {
            let mut shared = lane.shared.borrow_mut();
            shared.retain(|connection| !connection.is_idle_for(idle_max));
            // Somebody has it in hand, or it knows something.
            Rc::strong_count(lane) > 1 || lane.wants_own.get() || !shared.is_empty()
        });
    }
}

impl Lane {
    /// A connection on which another request can begin. Those that take no more are forgotten; what
    /// they carry goes on.
    pub(super) fn with_room(&self) -> Option<Multiplexed> {
        let mut found = None;
        self.shared.borrow_mut().retain_mut(|connection| {
            let room = connection.has_room();
            if found.is_none() && room == Some(true) {
                found = Some(connection.clone());
            }
            room.is_some()
        });
        found
    }

    pub(super) fn is_full(&self) -> bool {
        self.shared.borrow().len() >= CONNECTIONS_MAX
    }

    pub(super) fn wants_own(&self) -> bool {
        self.wants_own.get()
    }

    /// The upstream speaks HTTP/1.1.
    pub(super) fn note_own(&self) {
        self.wants_own.set(true);
    }

    pub(super) fn add(&self, connection: Multiplexed) {
        self.wants_own.set(false);
        self.shared.borrow_mut().push(connection);
    }
}
