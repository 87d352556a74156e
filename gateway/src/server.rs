//! The listening side: a few threads, each with its own runtime and its own upstream connections,
//! take turns at one socket. The hot routes go straight to the proxy, the rest to the router.

mod connection;
mod direct;
mod doorstep;
mod share;
mod tls;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use share::{Guest, Seat, Share};
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc::UnboundedReceiver},
    task::LocalSet,
    time::timeout,
};

use crate::{
    proxy::{Pool, Proxy},
    state::Gateway,
};

pub(crate) use direct::Direct;
pub use tls::{TlsError, TlsFiles, client_config};

/// More threads than cores only pass work around.
const THREADS_MAX: usize = 8;
/// Clients that one thread deals with at once beyond all places: the owner, who is served, and
/// others, who are turned away with words. More only see the door close.
const DOORSTEP_MAX: usize = 64;
/// Before the next client, when there is nothing left to accept one with. The log has one line for
/// each such pause.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);
/// How long running requests may take to end after a stop signal before they are cut.
const GRACE: Duration = Duration::from_secs(10);
/// How long settling what was cut may take.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What the threads share.
pub(crate) struct Shared {
    pub gateway: Arc<Gateway>,
    pub upstream_tls: Arc<rustls::ClientConfig>,
}

/// Binds the socket. A port that another process has is an error, never shared.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    // After a crash the port may still have closed connections in it.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// One place to listen at.
pub(crate) struct Door {
    pub listener: TcpListener,
    /// Present: what comes in here speaks TLS.
    pub tls: Option<Arc<TlsFiles>>,
}

/// Serves until the gateway drains, then lets what runs end, or cuts it. The sockets are closed as
/// soon as it drains, so that a new client is refused at once instead of waiting in a queue.
pub(crate) fn serve(shared: &Arc<Shared>, doors: Vec<Door>) -> io::Result<()> {
    let threads = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(1, THREADS_MAX);
    let (share, inboxes) = Share::new(threads, doorstep::places_max(&shared.gateway.limits()));
    let share = Arc::new(share);
    let mut workers = Vec::new();
    for (number, inbox) in inboxes.into_iter().enumerate() {
        let desk = Desk {
            number,
            shared: Arc::clone(shared),
            share: Arc::clone(&share),
        };
        let clones = doors.iter().map(Door::try_clone).collect::<io::Result<_>>()?;
        workers.push(worker(desk, clones, inbox)?);
    }
    drop(doors);
    for worker in workers {
        worker
            .join()
            .map_err(|_| io::Error::other("a server thread panicked"))??;
    }
    Ok(())
}

impl Door {
    fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            listener: self.listener.try_clone()?,
            tls: self.tls.clone(),
        })
    }
}

/// What one server thread has of the whole.
struct Desk {
    number: usize,
    shared: Arc<Shared>,
    share: Arc<Share>,
}

fn worker(
    desk: Desk,
    doors: Vec<Door>,
    inbox: UnboundedReceiver<Guest>,
) -> io::Result<JoinHandle<io::Result<()>>> {
    std::thread::Builder::new()
        .name(format!("server-{}", desk.number))
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let local = LocalSet::new();
            local.block_on(&runtime, work(Rc::new(desk), doors, inbox))
        })
}

async fn work(desk: Rc<Desk>, doors: Vec<Door>, inbox: UnboundedReceiver<Guest>) -> io::Result<()> {
    let shared = Arc::clone(&desk.shared);
    let pool = Pool::new(Arc::clone(&shared.upstream_tls));
    let proxy = Rc::new(Proxy::new(Arc::clone(&shared.gateway), pool));
    let watching = Rc::clone(&proxy);
    tokio::task::spawn_local(async move { watching.watch().await });
    let router = crate::router::router(Arc::clone(&shared.gateway));
    let (mut accepting, mut visitors) = (Vec::new(), Vec::new());
    for (number, door) in doors.into_iter().enumerate() {
        let listener = tokio::net::TcpListener::from_std(door.listener)?;
        let visitor = connection::Connection {
            shared: Arc::clone(&shared),
            proxy: Rc::clone(&proxy),
            router: router.clone(),
            tls: door.tls,
            crowd: Arc::clone(&desk.share.crowd),
        };
        visitors.push(visitor.clone());
        accepting.push(tokio::task::spawn_local(accept(
            Rc::clone(&desk),
            number,
            listener,
            visitor,
        )));
    }
    tokio::task::spawn_local(take_over(inbox, visitors));
    for task in accepting {
        // Only a panic ends it otherwise, and then the others go on.
        let _ = task.await;
    }
    if timeout(GRACE, shared.gateway.stop.on_idle()).await.is_err() {
        shared.gateway.stop.cut();
        let _ = timeout(LAST_WORDS, shared.gateway.stop.on_idle()).await;
    }
    Ok(())
}

/// Serves clients that other threads accepted.
async fn take_over(mut inbox: UnboundedReceiver<Guest>, visitors: Vec<connection::Connection>) {
    while let Some(guest) = inbox.recv().await {
        match TcpStream::from_std(guest.socket) {
            Ok(socket) => serve_client(
                &visitors[guest.door],
                socket,
                guest.peer,
                (guest.place, guest.seat),
            ),
            Err(error) => tracing::warn!("A connection could not be taken over: {error}"),
        }
    }
}

fn serve_client(
    visitor: &connection::Connection,
    socket: TcpStream,
    peer: SocketAddr,
    counted: (OwnedSemaphorePermit, Seat),
) {
    let connection = visitor.clone();
    tokio::task::spawn_local(async move {
        connection.serve(socket, peer).await;
        drop(counted);
    });
}

async fn accept(
    desk: Rc<Desk>,
    door: usize,
    listener: tokio::net::TcpListener,
    visitor: connection::Connection,
) {
    let doorstep = Arc::new(Semaphore::new(DOORSTEP_MAX));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = visitor.shared.gateway.stop.on_drain() => return,
        };
        match accepted {
            Ok((socket, peer)) => match desk.share.place() {
                Some(place) => welcome(&desk, door, &visitor, (socket, peer), place),
                None => turn_away(&doorstep, &visitor, socket, peer),
            },
            // Out of file descriptors, or the client left already: the next one may be fine.
            Err(error) => {
                tracing::warn!("A connection could not be accepted: {error}");
                tokio::time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
}

/// Serves the client here, or hands it to a thread that has fewer.
fn welcome(
    desk: &Desk,
    door: usize,
    visitor: &connection::Connection,
    (socket, peer): (TcpStream, SocketAddr),
    place: OwnedSemaphorePermit,
) {
    // Without it the last bytes of an answer wait for an acknowledgement.
    let _ = socket.set_nodelay(true);
    let seat = desk.share.seat(desk.number);
    if seat.thread == desk.number {
        serve_client(visitor, socket, peer, (place, seat));
    } else if let Ok(socket) = socket.into_std() {
        desk.share.send(Guest {
            socket,
            peer,
            door,
            place,
            seat,
        });
    }
}

/// There is no place. Behind TLS nothing can be said without the work of a handshake. Who comes from
/// this machine may be its owner, who is served on the doorstep.
fn turn_away(
    doorstep: &Arc<Semaphore>,
    visitor: &connection::Connection,
    socket: TcpStream,
    peer: SocketAddr,
) {
    let Ok(step) = Arc::clone(doorstep).try_acquire_owned() else {
        return;
    };
    if visitor.tls.is_some() {
        return;
    }
    let visitor = peer.ip().to_canonical().is_loopback().then(|| visitor.clone());
    tokio::task::spawn_local(async move {
        match visitor {
            Some(visitor) => visitor.serve_owner(socket, peer).await,
            None => doorstep::turn_away(socket).await,
        }
        drop(step);
    });
}
