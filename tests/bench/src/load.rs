//! A client that measures and does little else.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::upstream::{content_length, is_chunked};

/// A way to an answer: straight to the upstream, through nginx, or through the gateway.
#[derive(Clone, Debug)]
pub struct Route {
    pub name: &'static str,
    address: SocketAddr,
    headers: String,
}

impl Route {
    pub fn new(name: &'static str, address: SocketAddr, credential: Option<&str>) -> Self {
        let authorization = credential.map(|text| format!("authorization: Bearer {text}\r\n"));
        Self::with_headers(name, address, authorization.unwrap_or_default())
    }

    /// `headers` are whole lines.
    pub const fn with_headers(name: &'static str, address: SocketAddr, headers: String) -> Self {
        Self {
            name,
            address,
            headers,
        }
    }

    /// The request as it goes over the wire; the usual chat, some 300 bytes.
    pub fn request(&self, stream: bool) -> Vec<u8> {
        self.request_for("bench", stream)
    }

    /// The same, for an end user of this name.
    pub fn request_for(&self, user: &str, stream: bool) -> Vec<u8> {
        let question = "Explain in one sentence what this function is for, and name its inputs. ".repeat(2);
        let options = if stream {
            r#","stream":true,"stream_options":{"include_usage":true}"#
        } else {
            ""
        };
        let body = format!(
            r#"{{"model":"coder","user":"{user}","max_tokens":64,"messages":[{{"role":"user","content":"{question}"}}]{options}}}"#
        );
        format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.headers,
            body.len()
        )
        .into()
    }

    /// An answer of this kind comes.
    pub async fn answers(&self, stream: bool) -> io::Result<()> {
        self.connect().await?.exchange(&self.request(stream)).await?;
        Ok(())
    }

    pub async fn connect(&self) -> io::Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            buffer: Vec::with_capacity(32 << 10),
        })
    }
}

/// How long an answer took.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub first_byte: Duration,
    pub whole: Duration,
}

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Sends a request and reads its answer to the end.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Timing> {
        self.buffer.clear();
        let began = Instant::now();
        self.stream.write_all(request).await?;
        let body = self.read_head().await?;
        self.check_status()?;
        let head = &self.buffer[..body];
        let length = (!is_chunked(head)).then(|| content_length(head));
        while self.buffer.len() == body {
            self.fill().await?;
        }
        let first_byte = began.elapsed();
        while !self.is_complete(body, length) {
            self.fill().await?;
        }
        Ok(Timing {
            first_byte,
            whole: began.elapsed(),
        })
    }

    /// Sends a request and reads the first of its answer, and no more.
    pub async fn begin(&mut self, request: &[u8]) -> io::Result<()> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let body = self.read_head().await?;
        self.check_status()?;
        while self.buffer.len() == body {
            self.fill().await?;
        }
        Ok(())
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn read_head(&mut self) -> io::Result<usize> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                return Ok(end + 4);
            }
            self.fill().await?;
        }
    }

    fn check_status(&self) -> io::Result<()> {
        if self.buffer.starts_with(b"HTTP/1.1 200 ") {
            return Ok(());
        }
        Err(io::Error::other(
            String::from_utf8_lossy(&self.buffer).into_owned(),
        ))
    }

    fn is_complete(&self, body: usize, length: Option<usize>) -> bool {
        match length {
            Some(length) => self.buffer.len() >= body + length,
            // Our bodies hold no such line, so it is the last chunk.
            None => self.buffer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}
