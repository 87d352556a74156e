//! Server-sent events over the gateway client's own connections: one pool, one proxy, one set of
//! certificates for everything.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture, TransportError};

/// Largest stream that is read: far more than any answer, far less than memory.
const STREAM_BYTES_MAX: usize = 64 << 20;

/// Told of every connection that could not be made.
pub type OnFailure = Arc<dyn Fn(&reqwest::Error) + Send + Sync>;

#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    on_failure: Option<OnFailure>,
}

impl Transport {
    pub const fn new(http: reqwest::Client) -> Self {
        Self {
            http,
            on_failure: None,
        }
    }

    #[must_use]
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = Some(on_failure);
        self
    }
}

impl HttpTransport for Transport {
    fn request(&self, request: Request<Option<Bytes>>) -> ResponseFuture {
        let this = self.clone();
        Box::pin(Exclusive::new(async move {
            let request = request.map(|body| reqwest::Body::from(body.unwrap_or_default()));
            let request = reqwest::Request::try_from(request).map_err(TransportError::new)?;
            let response = this.http.execute(request).await.map_err(|error| {
                if let Some(on_failure) = &this.on_failure {
                    on_failure(&error);
                }
                TransportError::new(error)
            })?;
            let (mut head, ()) = Response::new(()).into_parts();
            head.status = response.status();
            head.headers = response.headers().clone();
            Ok(Response::from_parts(head, limited(response)))
        }))
    }
}

fn limited(response: reqwest::Response) -> ByteStream {
    let mut rest = STREAM_BYTES_MAX;
    let bytes = response.bytes_stream().map(move |chunk| {
        let chunk = chunk.map_err(TransportError::new)?;
        rest = rest
            .checked_sub(chunk.len())
            .ok_or_else(|| TransportError::new(std::io::Error::from(std::io::ErrorKind::FileTooLarge)))?;
        Ok(chunk)
    });
    Box::pin(Exclusive::new(bytes))
}

/// Makes what is only `Send` also `Sync`, which the trait asks for: it is only ever used through
/// exclusive references.
struct Exclusive<T>(Mutex<Pin<Box<T>>>);

impl<T> Exclusive<T> {
    fn new(inner: T) -> Self {
        Self(Mutex::new(Box::pin(inner)))
    }
    fn inner(self: Pin<&mut Self>) -> Pin<&mut T> {
        let this = self.get_mut();
        this.0.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut()
    }
}

impl<T: Future> Future for Exclusive<T> {
    type Output = T::Output;
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T::Output> {
        self.inner().poll(context)
    }
}

impl<T: Stream> Stream for Exclusive<T> {
    type Item = T::Item;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T::Item>> {
        self.inner().poll_next(context)
    }
}
