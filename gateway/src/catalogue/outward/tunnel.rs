use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::Proxy;
use crate::catalogue::ConnectError;

/// What a proxy may say before the tunnel stands.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Asks the proxy at the other end of the socket for a way to the upstream. From then on what goes
/// over the socket is the upstream's.
pub(crate) async fn tunnel(
    socket: &mut TcpStream,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), ConnectError> {
    let broken = |error: std::io::Error| ConnectError::Proxy(error.kind().to_string());
    socket
        .write_all(&request(proxy, host, port))
        .await
        .map_err(broken)?;
    let mut head = Vec::new();
    loop {
        if let Some(status) = answered(&head)? {
            return match status {
                200..=299 => Ok(()),
                status => Err(ConnectError::refused_by_proxy(status)),
            };
        }
        let mut piece = [0; 1024];
        match socket.read(&mut piece).await.map_err(broken)? {
            0 => return Err(ConnectError::Proxy("it closed the connection".into())),
            read => head.extend_from_slice(&piece[..read]),
        }
    }
}

fn request(proxy: &Proxy, host: &str, port: u16) -> Vec<u8> {
    let authority = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let mut request =
        format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\nuser-agent: token-tracker\r\n")
            .into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"proxy-authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

/// The status, once the whole head is there. The upstream speaks only when it was spoken to, so
/// whatever follows a good one is not its own.
fn answered(head: &[u8]) -> Result<Option<u16>, ConnectError> {
    let nonsense = || ConnectError::Proxy("it does not speak HTTP".into());
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(head).map_err(|_| nonsense())? {
        httparse::Status::Complete(length) => {
            let status = response.code.ok_or_else(nonsense)?;
            if status < 300 && length != head.len() {
                return Err(nonsense());
            }
            Ok(Some(status))
        }
        httparse::Status::Partial if head.len() > HEAD_BYTES_MAX => Err(nonsense()),
        httparse::Status::Partial => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn proxy() -> Proxy {
        Proxy {
            host: "127.0.0.1".into(),
            port: 1,
            authorization: Some(http::HeaderValue::from_static("Basic YTpi")),
        }
    }

    /// What comes of a tunnel where the proxy answers so and then closes; and what it was asked.
    async fn tunnelled(answer: &str, host: &str) -> (Result<(), String>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut here = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut there, _) = listener.accept().await.unwrap();
        let asking = async {
            let made = tunnel(&mut here, &proxy(), host, 443).await;
            made.map_err(|error| error.to_string())
        };
        let answering = async {
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                there.read_buf(&mut asked).await.unwrap();
            }
            there.write_all(answer.as_bytes()).await.unwrap();
            drop(there);
            String::from_utf8(asked).unwrap()
        };
        tokio::join!(asking, answering)
    }

    #[tokio::test]
    async fn a_tunnel_is_asked_for_by_name_and_with_credentials() {
        let (made, asked) =
            tunnelled("HTTP/1.1 200 Connection established\r\nx: y\r\n\r\n", "a.example").await;
        assert_eq!(made, Ok(()));
        assert!(
            asked.starts_with("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n"),
            "{asked}"
        );
        assert!(
            asked.contains("\r\nproxy-authorization: Basic YTpi\r\n"),
            "{asked}"
        );
        let (_, asked) = tunnelled("HTTP/1.0 200 OK\r\n\r\n", "2001:db8::1").await;
        assert!(asked.starts_with("CONNECT [2001:db8::1]:443 "), "{asked}");
    }

    #[tokio::test]
    async fn whatever_is_not_a_tunnel_is_said() {
        for (answer, said) in [
            (
                "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
                "other credentials",
            ),
            ("HTTP/1.1 403 Forbidden\r\nx: y\r\n\r\nno", "403"),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "502"),
            ("HTTP/1.1 200 OK\r\n\r\nGET / HTTP/1.1", "does not speak HTTP"),
            ("SSH-2.0-OpenSSH\r\n", "does not speak HTTP"),
            ("HTTP/1.1 200 OK\r\n", "closed"),
            ("", "closed"),
        ] {
            let (made, _) = tunnelled(answer, "a.example").await;
            let error = made.unwrap_err();
            assert!(error.contains(said), "{answer}: {error}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(2 * HEAD_BYTES_MAX));
        assert!(tunnelled(&endless, "a.example").await.0.is_err());
    }
}
