//! Who serves a client: the thread with the fewest of them. The system wakes whichever thread it
//! likes, and one that is awake would take a whole crowd while the others sleep. And how many are
//! served at all.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::{
    Notify, OwnedSemaphorePermit, Semaphore,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// Places are scarce when only one in so many is free.
const SCARCE: usize = 10;

/// A client on its way to another thread.
pub(super) struct Guest {
    pub socket: std::net::TcpStream,
    pub peer: SocketAddr,
    /// The number of the door that it came in by.
    pub door: usize,
    pub place: OwnedSemaphorePermit,
    pub seat: Seat,
}

/// How many clients each thread has, and the way to each.
pub(super) struct Share {
    threads: Vec<Thread>,
    places: Arc<Semaphore>,
    places_max: usize,
    /// Rung when places get scarce, for those who only sit there.
    pub crowd: Arc<Notify>,
}

struct Thread {
    clients: Arc<AtomicUsize>,
    inbox: UnboundedSender<Guest>,
}

/// One client of one thread, counted until it is dropped.
pub(super) struct Seat {
    pub thread: usize,
    clients: Arc<AtomicUsize>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.clients.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Share {
    pub(super) fn new(threads: usize, places_max: usize) -> (Self, Vec<UnboundedReceiver<Guest>>) {
        let (threads, inboxes) = (0..threads)
            .map(|_| {
                let (inbox, guests) = unbounded_channel();
                let clients = Arc::default();
                (Thread { clients, inbox }, guests)
            })
            .unzip();
        let share = Self {
            threads,
            places: Arc::new(Semaphore::new(places_max)),
            places_max,
            crowd: Arc::default(),
        };
        (share, inboxes)
    }

    /// A place for one more client, if there is one. Before there is none, those who only sit there
    /// are asked to go.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        if self.places.available_permits() <= self.places_max / SCARCE {
            self.crowd.notify_waiters();
        }
        place
    }

    /// A seat at the thread with the fewest clients; of equals, at the one that asks.
    pub(super) fn seat(&self, asking: usize) -> Seat {
        let load = |thread: usize| self.threads[thread].clients.load(Ordering::Relaxed);
        let thread = (0..self.threads.len())
            .min_by_key(|&thread| (load(thread), thread != asking))
            .unwrap_or(asking);
        let clients = Arc::clone(&self.threads[thread].clients);
        clients.fetch_add(1, Ordering::Relaxed);
        Seat { thread, clients }
    }

    /// A thread that ended already serves nobody: its client is let go.
    pub(super) fn send(&self, guest: Guest) {
        let _ = self.threads[guest.seat.thread].inbox.send(guest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_spread_whoever_takes_them() {
        let (share, _inboxes) = Share::new(2, 100);
        let seats: Vec<Seat> = (0..10).map(|_| share.seat(1)).collect();
        let on_first = seats.iter().filter(|seat| seat.thread == 0).count();
        assert_eq!((seats[0].thread, on_first), (1, 5));
        drop(seats);
        assert_eq!(share.seat(0).thread, 0);
    }

    #[tokio::test]
    async fn places_are_bounded_and_those_who_wait_hear_of_it_before() {
        let (share, _inboxes) = Share::new(1, 20);
        let crowd = Arc::clone(&share.crowd);
        let mut rung = std::pin::pin!(crowd.notified());
        rung.as_mut().enable();
        let mut places: Vec<_> = (0..17).map(|_| share.place().unwrap()).collect();
        assert!(is_pending(rung.as_mut()).await);
        places.extend((0..3).map(|_| share.place().unwrap()));
        assert!(!is_pending(rung.as_mut()).await);
        assert!(share.place().is_none());
        places.pop();
        assert!(share.place().is_some());
    }

    async fn is_pending(mut future: std::pin::Pin<&mut impl Future>) -> bool {
        std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending()))
            .await
    }
}
