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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::output::Output;

    /// Notes what it is asked at the first poll of each answer.
    struct Noting(Arc<Mutex<Vec<String>>>);

    impl Service<Request> for Noting {
        type Response = Option<Response>;
        type Error = ();
        type Future = future::BoxFuture<'static, Result<Option<Response>, ()>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, request: Request) -> Self::Future {
            let seen = Arc::clone(&self.0);
            Box::pin(async move {
                assert_ne!(request.method(), "panic");
                seen.lock().unwrap().push(request.method().to_owned());
                Ok(request
                    .id()
                    .map(|id| Response::from_ok(id.clone(), json!({"capabilities": {}}))))
            })
        }
    }

    fn front() -> (Front<Noting>, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::default();
        let ending = Ending::new(Output::default());
        (Front::new(Noting(Arc::clone(&seen)), ending), seen)
    }

    #[test]
    fn handlers_begin_in_the_order_of_the_messages() {
        let (mut front, seen) = front();
        let answers: Vec<_> = ["a", "b", "c"]
            .map(|method| front.call(Request::build(method).finish()))
            .into();
        assert_eq!(*seen.lock().unwrap(), ["a", "b", "c"]);
        drop(answers);
    }

    #[test]
    fn a_panic_ends_one_request() {
        let (mut front, _) = front();
        let answer = |front: &mut Front<Noting>, method: &'static str| {
            let request = Request::build(method).id(1).finish();
            front.call(request).now_or_never().unwrap().unwrap().unwrap()
        };
        assert!(answer(&mut front, "panic").is_error());
        assert!(answer(&mut front, "b").is_ok());
        let initialized = answer(&mut front, "initialize");
        assert_eq!(
            initialized.result().unwrap()["capabilities"]["inlineCompletionProvider"],
            true
        );
    }
}
