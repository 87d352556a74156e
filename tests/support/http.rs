use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{net::TcpStream, task::JoinHandle};

use crate::within;

/// One request on a connection of its own, so that dropping the answer closes the connection.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    authority: String,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    pub fn new(method: Method, url: &str) -> Self {
        let rest = url
            .strip_prefix("http://")
            .expect("journeys speak plain HTTP on loopback");
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, authority.parse().expect("an authority is a header value"));
        Self {
            method,
            authority: authority.into(),
            path: path.into(),
            headers,
            body: Bytes::new(),
        }
    }
    pub fn get(url: &str) -> Self {
        Self::new(Method::GET, url)
    }
    pub fn post(url: &str) -> Self {
        Self::new(Method::POST, url)
    }
    /// Sets a header; a second value takes the place of the first.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("tests name real headers");
        self.headers.insert(
            name,
            HeaderValue::from_str(value).expect("tests send valid headers"),
        );
        self
    }
    pub fn bearer(self, credential: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {credential}"))
    }
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("test bodies are JSON");
        self.body(body).header(CONTENT_TYPE.as_str(), "application/json")
    }
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and reads the answer to its end, or to where it was cut.
    pub async fn send(self) -> Transcript {
        let what = format!("an answer to {} {}", self.method, self.path);
        within(&what, async {
            self.try_send().await.expect("the server takes the request")
        })
        .await
    }
    pub async fn try_send(self) -> io::Result<Transcript> {
        Ok(self.try_open().await?.read_to_end().await)
    }
    /// Sends it and reads only the head of the answer.
    pub async fn open(self) -> OpenAnswer {
        let what = format!("the head of an answer to {} {}", self.method, self.path);
        within(&what, async {
            self.try_open().await.expect("the server takes the request")
        })
        .await
    }

    fn into_hyper(self) -> io::Result<hyper::Request<Full<Bytes>>> {
        let mut request = hyper::Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().map_err(io::Error::other)?;
        *request.headers_mut() = self.headers;
        Ok(request)
    }

    pub async fn try_open(self) -> io::Result<OpenAnswer> {
        let (mut sender, connection) = connect(&self.authority).await?;
        let response = sender
            .send_request(self.into_hyper()?)
            .await
            .map_err(io::Error::other)?;
        let (head, body) = response.into_parts();
        let seen = Transcript {
            status: head.status,
            headers: head.headers,
            body: Bytes::new(),
            complete: false,
        };
        Ok(OpenAnswer {
            seen,
            read: BytesMut::new(),
            body,
            _connection: connection,
        })
    }
}

/// One connection that is kept for many requests, one after the other.
pub struct KeptConnection {
    sender: http1::SendRequest<Full<Bytes>>,
    _connection: AbortOnDrop,
}

impl KeptConnection {
    /// Connects to the server of this address, as in `http://127.0.0.1:7425`.
    pub async fn open(url: &str) -> io::Result<Self> {
        let authority = url
            .strip_prefix("http://")
            .expect("journeys speak plain HTTP on loopback");
        let (sender, connection) = connect(authority).await?;
        Ok(Self {
            sender,
            _connection: connection,
        })
    }
    pub async fn send(&mut self, request: Request) -> io::Result<Transcript> {
        self.sender.ready().await.map_err(io::Error::other)?;
        let response = self
            .sender
            .send_request(request.into_hyper()?)
            .await
            .map_err(io::Error::other)?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Transcript {
            status: head.status,
            headers: head.headers,
            body,
            complete: true,
        })
    }
}

async fn connect(authority: &str) -> io::Result<(http1::SendRequest<Full<Bytes>>, AbortOnDrop)> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let connection = tokio::spawn(async move {
        // The reader of the body meets the same end; it has nothing to add here.
        let _ = connection.await;
    });
    Ok((sender, AbortOnDrop(connection)))
}

struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer that is still coming. Dropping it closes the connection.
pub struct OpenAnswer {
    seen: Transcript,
    read: BytesMut,
    body: Incoming,
    _connection: AbortOnDrop,
}

impl OpenAnswer {
    pub fn status(&self) -> StatusCode {
        self.seen.status
    }
    pub fn headers(&self) -> &HeaderMap {
        &self.seen.headers
    }
    /// What has been read so far.
    pub fn read(&self) -> &[u8] {
        &self.read
    }

    /// The next bytes as they came; nothing at the end, whether whole or cut.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.read.extend_from_slice(&data);
                        return Some(data);
                    }
                }
                Some(Err(_)) => return None,
                None => {
                    self.seen.complete = true;
                    return None;
                }
            }
        }
    }

    /// Reads until the text was seen; false when the answer ended first.
    pub async fn read_until(&mut self, text: &str) -> bool {
        within(&format!("the text {text:?}"), async {
            while memchr::memmem::find(&self.read, text.as_bytes()).is_none() {
                if self.next().await.is_none() {
                    return false;
                }
            }
            true
        })
        .await
    }

    /// Reads on for as long as bytes keep coming within the time given.
    pub async fn read_for(&mut self, time: Duration) {
        let until = tokio::time::Instant::now() + time;
        while let Ok(Some(_)) = tokio::time::timeout_at(until, self.next()).await {}
    }

    pub async fn read_to_end(mut self) -> Transcript {
        while self.next().await.is_some() {}
        self.close()
    }

    /// Closes the connection and keeps what was seen.
    pub fn close(mut self) -> Transcript {
        self.seen.body = self.read.split().freeze();
        self.seen
    }
}

/// Exactly what one client saw of one answer.
#[derive(Clone, Debug)]
pub struct Transcript {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body came to its proper end.
    pub complete: bool,
}

impl Transcript {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }
    pub fn json(&self) -> Value {
        self.parse()
    }
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{} does not have the form: {error}: {}", self.status, self.text())
        })
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text"))
    }
    /// Panics with the answer's own words unless it has the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }
    /// `error.code` of an answer of the control plane.
    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}
