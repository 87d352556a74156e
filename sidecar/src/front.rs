//! Stands before the LSP library and keeps what the library does not: messages take effect in the
//! order in which they came, cancelling works under any load, a panic ends one request and not the
//! server, and the process leaves when it is told to.

use std::{
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{FutureExt, future, task::noop_waker};
use serde_json::{Value, json};
use tower::Service;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

use crate::ending::Ending;

type Answer<E> = Pin<Box<dyn Future<Output = Result<Option<Response>, E>> + Send>>;

pub struct Front<S> {
    inner: S,
    ending: Ending,
}

impl<S> Front<S> {
    pub const fn new(inner: S, ending: Ending) -> Self {
        Self { inner, ending }
    }
}

impl<S, E> Service<Request> for Front<S>
where
    S: Service<
            Request,
            Response = Option<Response>,
            Error = E,
            Future = future::BoxFuture<'static, Result<Option<Response>, E>>,
        >,
    E: Send + 'static,
{
    type Response = Option<Response>;
    type Error = E;
    type Future = Answer<E>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Answer<E> {
        match request.method() {
            "shutdown" => self.ending.shutdown_requested(),
            "exit" => {
                self.ending.exit();
                return Box::pin(future::ok(None));
            }
            _ => {}
        }
        let is_initialize = request.method() == "initialize";
        let id = request.id().cloned();
        let answer = AssertUnwindSafe(self.inner.call(with_usual_params(request)))
            .catch_unwind()
            .map(move |outcome| match outcome {
                Ok(Ok(answer)) if is_initialize => Ok(answer.map(declare_inline_completion)),
                Ok(answer) => answer,
                Err(_) => Ok(panicked(id)),
            });
        first_poll(Box::pin(answer))
    }
}

/// Runs the handler up to its first wait, now: what it reads of the documents there is what the
/// editor meant, and a notification whose handler never waits is done before the next message.
fn first_poll<E: Send + 'static>(mut answer: Answer<E>) -> Answer<E> {
    let waker = noop_waker();
    // The queue polls every future again with its own waker, so no wake-up is lost.
    match answer.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(result) => Box::pin(future::ready(result)),
        Poll::Pending => answer,
    }
}

/// The library is strict about params being there or not; editors are not.
fn with_usual_params(request: Request) -> Request {
    let (method, id, params) = request.into_parts();
    let ours = method.starts_with("tokenTracker/");
    let params = match params {
        None | Some(Value::Null) if ours => Some(json!({})),
        Some(Value::Null) => None,
        Some(_) if method == "shutdown" => None,
        params => params,
    };
    let mut builder = Request::build(method);
    if let Some(params) = params {
        builder = builder.params(params);
    }
    match id {
        Some(id) => builder.id(id).finish(),
        None => builder.finish(),
    }
}

/// The library's types are older than LSP 3.18 and have no place for this capability.
fn declare_inline_completion(response: Response) -> Response {
    let (id, result) = response.into_parts();
    let result = result.map(|mut result| {
        result["capabilities"]["inlineCompletionProvider"] = Value::Bool(true);
        result
    });
    Response::from_parts(id, result)
}

fn panicked(id: Option<Id>) -> Option<Response> {
    tracing::error!("A handler panicked; its request was answered with an error");
    id.map(|id| Response::from_error(id, Error::internal_error()))
}
