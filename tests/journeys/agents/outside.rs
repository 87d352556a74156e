use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};

/// The way out of this machine: a proxy that lets nobody through and remembers who came.
pub struct Outside {
    address: String,
    tried: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Outside {
    pub async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let tried = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&tried);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut asked = String::new();
                // A line that does not come is somebody who tried as well.
                let _ = BufReader::new(stream).read_line(&mut asked).await;
                seen.lock().unwrap().push(asked);
            }
        });
        Self {
            address,
            tried,
            server,
        }
    }

    /// What makes programs go this way.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![];
        for name in [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ] {
            variables.push((name, self.address.clone()));
        }
        for name in ["NO_PROXY", "no_proxy"] {
            variables.push((name, "127.0.0.1,localhost".into()));
        }
        variables
    }

    #[track_caller]
    pub fn nobody_tried(&self) {
        let tried = self.tried.lock().unwrap();
        assert!(tried.is_empty(), "{tried:?}");
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.server.abort();
    }
}
