//! What is said to a client for whom there is no place, and how many places there are.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{body::Body, config::Limits};

/// In a form that the clients of every dialect read. It names no path, since none was read.
const BODY: &str = r#"{"type":"error","error":{"type":"rate_limit_error","code":"rate_limited","message":"This gateway has as many connections as it can take. Try again in a moment.","hint":"Try again in a moment."}}"#;
/// A client that does not take it by then misses it.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// How much of what it says meanwhile is read.
pub(super) const READ_BYTES_MAX: usize = 64 * 1024;
/// Files that are open beside connections: the database, logs, what listens.
const OTHER_FILES: u64 = 256;

/// Says that there is no place, and closes.
pub(super) async fn turn_away(mut socket: TcpStream) {
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let said = async {
        socket.write_all(answer.as_bytes()).await?;
        socket.shutdown().await?;
        // A close with unread bytes in the socket would take the answer along.
        let mut left = READ_BYTES_MAX;
        let mut part = [0; 4096];
        while left > 0 {
            match socket.read(&mut part).await? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        Ok::<_, std::io::Error>(())
    };
    // Whoever left already needs no answer.
    let _ = timeout(PATIENCE, said).await;
}

/// The same, to a client whose request was read.
pub(super) fn no_place() -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from_static(BODY.as_bytes())));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// How many clients can be served at once: as many as configured, if the system gives the files.
/// Each may need one more for its upstream.
pub(super) fn places_max(limits: &Limits) -> usize {
    let files = usize::try_from(files_max().saturating_sub(OTHER_FILES) / 2).unwrap_or(usize::MAX);
    if files < limits.connections_max {
        tracing::warn!(
            "The system lets this process open files for {files} connections, not for the {} of limits.connections_max; \
             raise it with ulimit -n",
            limits.connections_max
        );
    }
    limits.connections_max.min(files).max(1)
}

/// Open files that the system allows, after asking for as many as it ever will.
#[cfg(unix)]
fn files_max() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    let raised = setrlimit(Resource::Nofile, most).is_ok();
    let granted = if raised { now.maximum } else { now.current };
    granted.unwrap_or(u64::MAX)
}

#[cfg(not(unix))]
fn files_max() -> u64 {
    u64::MAX
}
