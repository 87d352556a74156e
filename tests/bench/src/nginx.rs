use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// nginx with the shortest configuration that keeps its connections; ended when dropped.
pub struct Nginx {
    process: Child,
    _folder: TempDir,
    pub address: SocketAddr,
}

impl Nginx {
    pub async fn start(upstream: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let address = tests::free_port();
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(folder.path().display(), address, upstream))
            .expect("the folder is writable");
        let process = Command::new("nginx")
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed: scripts/bench does it");
        tests::eventually("nginx to listen", async || {
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
        Self {
            process,
            _folder: folder,
            address,
        }
    }
}

impl Nginx {
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = i32::try_from(self.process.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // TERM, so that the workers end with their master.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait();
    }
}

fn configuration(folder: impl std::fmt::Display, address: SocketAddr, upstream: SocketAddr) -> String {
    format!(
        "daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  upstream model {{ server {upstream}; keepalive 128; keepalive_requests 1000000; }}
  server {{
    listen {address};
    location / {{
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection \"\";
      proxy_buffering off;
    }}
  }}
}}
"
    )
}
