//! A published gateway that people use today. It keeps no account of anything.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use tests::{free_port, target_dir};

use crate::load::Route;

/// Ended when dropped.
pub struct Peer {
    process: Child,
    address: SocketAddr,
}

impl Peer {
    pub async fn start() -> Self {
        let address = free_port();
        let program = target_dir().join("bench-peer/node_modules/@portkey-ai/gateway/build/start-server.js");
        let process = Command::new("node")
            .arg(program)
            .args([format!("--port={}", address.port()), "--headless".into()])
            .env("NODE_ENV", "production")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        tests::eventually("the peer to listen: scripts/bench installs it", async || {
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
        Self { process, address }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// It learns its upstream from the request.
    pub fn route(&self, name: &'static str, upstream: SocketAddr) -> Route {
        let headers = format!(
            "authorization: Bearer none\r\nx-portkey-provider: openai\r\n\
             x-portkey-custom-host: http://{upstream}/v1\r\n"
        );
        Route::with_headers(name, self.address, headers)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
