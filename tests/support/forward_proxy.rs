//! A fake HTTP proxy, as a company has one between its machines and the internet. It looks names up
//! itself: every name leads to the one address that it was started with.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// What it does with who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    Open,
    /// It wants to see this in `proxy-authorization`.
    Locked(String),
    /// It answers everything with this status.
    Refusing(u16),
    /// It takes the request, and says nothing.
    Hanging,
}

/// It ends when dropped.
#[derive(Debug)]
pub struct ForwardProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl ForwardProxy {
    pub async fn start(target: SocketAddr, manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket has an address");
        let asked = Arc::new(Mutex::default());
        let shared = Arc::clone(&asked);
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(serve(client, target, manner.clone(), Arc::clone(&shared)));
            }
        });
        Self {
            address,
            asked,
            server,
        }
    }

    /// As `HTTP_PROXY` names it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    /// The same, with who asks.
    pub fn url_of(&self, user_and_password: &str) -> String {
        format!("http://{user_and_password}@{}", self.address)
    }

    /// The heads of all that was asked of it; on a connection that it reads through, of the first.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nothing panics under the lock").clone()
    }
}

impl Drop for ForwardProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(mut client: TcpStream, target: SocketAddr, manner: Manner, asked: Arc<Mutex<Vec<String>>>) {
    let mut read = Vec::new();
    while memchr::memmem::find(&read, b"\r\n\r\n").is_none() {
        match client.read_buf(&mut read).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
    }
    let end = memchr::memmem::find(&read, b"\r\n\r\n").expect("it was just found") + 4;
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    asked
        .lock()
        .expect("nothing panics under the lock")
        .push(head.clone());
    let refusal = match manner {
        Manner::Open => None,
        Manner::Locked(key) if head.contains(&format!("proxy-authorization: {key}\r\n")) => None,
        Manner::Locked(_) => Some(407),
        Manner::Refusing(status) => Some(status),
        Manner::Hanging => return std::future::pending().await,
    };
    if let Some(status) = refusal {
        let answer = format!("HTTP/1.1 {status} No\r\ncontent-length: 0\r\n\r\n");
        let _ = client.write_all(answer.as_bytes()).await;
        return;
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let begun = if head.starts_with("CONNECT ") {
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await
    } else {
        server.write_all(&read).await
    };
    if begun.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
