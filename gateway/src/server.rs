//! The listening side: a few threads, each with its own runtime and its own upstream connections,
//! take turns at one socket. The two hot routes go straight to the proxy, the rest to the router.

mod connection;
mod tls;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use tokio::{task::LocalSet, time::timeout};

use crate::{
    proxy::{Pool, Proxy},
    state::Gateway,
};

pub use tls::{TlsError, TlsFiles, client_config};

/// More threads than cores only pass work around.
const THREADS_MAX: usize = 8;
/// How long running requests may take to end after a stop signal before they are cut.
const GRACE: Duration = Duration::from_secs(10);
/// How long settling what was cut may take.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What the threads share.
pub(crate) struct Shared {
    pub gateway: Arc<Gateway>,
    pub tls: Option<Arc<TlsFiles>>,
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

/// Serves until the gateway drains, then lets what runs end, or cuts it.
pub(crate) fn serve(shared: &Arc<Shared>, listener: &TcpListener) -> io::Result<()> {
    let threads = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(1, THREADS_MAX);
    let mut workers = Vec::new();
    for number in 0..threads {
        workers.push(worker(number, Arc::clone(shared), listener.try_clone()?)?);
    }
    for worker in workers {
        worker
            .join()
            .map_err(|_| io::Error::other("a server thread panicked"))??;
    }
    Ok(())
}

fn worker(
    number: usize,
    shared: Arc<Shared>,
    listener: TcpListener,
) -> io::Result<JoinHandle<io::Result<()>>> {
    std::thread::Builder::new()
        .name(format!("server-{number}"))
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let local = LocalSet::new();
            local.block_on(&runtime, work(shared, listener))
        })
}

async fn work(shared: Arc<Shared>, listener: TcpListener) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let proxy = Rc::new(Proxy {
        gateway: Arc::clone(&shared.gateway),
        pool: Pool::new(Arc::clone(&shared.upstream_tls)),
    });
    let router = crate::router::router(Arc::clone(&shared.gateway));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.gateway.stop.on_drain() => break,
        };
        match accepted {
            Ok((socket, peer)) => {
                // Without it the last bytes of an answer wait for an acknowledgement.
                let _ = socket.set_nodelay(true);
                let connection = connection::Connection {
                    shared: Arc::clone(&shared),
                    proxy: Rc::clone(&proxy),
                    router: router.clone(),
                    peer,
                };
                tokio::task::spawn_local(connection.serve(socket));
            }
            // Out of file descriptors, or the client left already: the next one may be fine.
            Err(error) => {
                tracing::warn!("A connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
    drop(listener);
    if timeout(GRACE, shared.gateway.stop.on_idle()).await.is_err() {
        shared.gateway.stop.cut();
        let _ = timeout(LAST_WORDS, shared.gateway.stop.on_idle()).await;
    }
    Ok(())
}
