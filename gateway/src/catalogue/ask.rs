//! One request to an upstream that is none of a client's: on a connection of its own, to an address
//! that may be reached.

use std::{convert::Infallible, io, sync::Arc};

use bytes::Bytes;
use http::{Request, header, response::Parts, uri::PathAndQuery};
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::{Connected, Origin};

/// A whole answer, whatever its status. Needs a time limit around it.
pub(crate) async fn ask<B>(
    origin: &Origin,
    tls: &Arc<ClientConfig>,
    mut request: Request<B>,
    bytes_max: usize,
) -> io::Result<(Parts, Bytes)>
where
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let Connected { socket, is_proxy } = origin.connect().await?;
    if is_proxy {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let url = format!("http://{}{path}", origin.authority);
        *request.uri_mut() = url.parse().map_err(io::Error::other)?;
        if let Some(authorization) = origin.proxy_authorization() {
            let headers = request.headers_mut();
            headers.insert(header::PROXY_AUTHORIZATION, authorization.clone());
        }
    }
    if !origin.is_tls {
        return exchange(socket, request, bytes_max).await;
    }
    let name = ServerName::try_from(origin.host.clone()).map_err(io::Error::other)?;
    let stream = TlsConnector::from(Arc::clone(tls)).connect(name, socket).await?;
    exchange(stream, request, bytes_max).await
}

async fn exchange<S, B>(stream: S, request: Request<B>, bytes_max: usize) -> io::Result<(Parts, Bytes)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(async move {
        // What goes wrong is seen by the request.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, bytes_max)
        .collect()
        .await
        .map_err(io::Error::other)?;
    Ok((head, body.to_bytes()))
}
