//! Streams: events pass on as they come, metered on the side. What ends a stream (the finish, the
//! usage, `[DONE]`) is kept back until the settle is durable.

use std::{rc::Rc, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use http::{HeaderValue, Response, header};
use protocol::Problem;
use providers::{
    fim::StreamTranslator,
    openai::{
        EventInfo, EventKind, error_event, event_problem, is_receipt_comment, receipt_comment, scan_event,
        without_receipt_comments,
    },
    sse::EventReader,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    Proxy,
    answer::pass_headers,
    exchange::Exchange,
    meter::Reading,
    refusal::{broke_off, revoked, stopping, too_long},
    upstream::{Reply, ReplyBody},
};
use crate::body::{Body, Piece};

/// Pieces that wait for a slow client; beyond that the upstream is not read on.
const WAITING_MAX: usize = 32;
/// How long the last bytes may wait for a client that does not read.
const LAST_MAX: Duration = Duration::from_secs(5);
/// How long the rest of a body may take after `[DONE]`, for the connection to be used again.
const DRAIN_MAX: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes {
    pub receipt: bool,
    pub usage_chunk: bool,
    pub translated: bool,
}

/// A stream whose head came.
pub(super) struct Stream {
    exchange: Exchange,
    head: Reply,
    wishes: Wishes,
    reading: Reading,
    reader: EventReader,
    translator: Option<StreamTranslator>,
    /// Ready to be sent in one write.
    ready: Vec<Bytes>,
    /// Events that may be the last; they wait for the settle.
    kept: Vec<Bytes>,
    is_done: bool,
    /// A finish, the usage after it, or `[DONE]` came: what is missing now is not text.
    is_finished: bool,
}

/// Why a stream stopped.
enum End {
    /// The upstream closed it in good order.
    Complete,
    ClientLeft,
    /// Broke off, was silent, sent nonsense, or ran for too long.
    Failed(Problem),
    /// The hold is gone or the ledger stopped: nothing more may be passed on.
    Fenced,
}

pub(super) fn is_event_stream(head: &Reply) -> bool {
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.trim_start().starts_with("text/event-stream"))
}

impl Stream {
    pub(super) fn new(exchange: Exchange, head: Reply, wishes: Wishes) -> Self {
        Self {
            exchange,
            head,
            wishes,
            reading: Reading::default(),
            reader: EventReader::new(),
            translator: wishes.translated.then(StreamTranslator::new),
            ready: Vec::new(),
            kept: Vec::new(),
            is_done: false,
            is_finished: false,
        }
    }

    pub(super) async fn run(mut self, proxy: &Rc<Proxy>, reply: oneshot::Sender<Response<Body>>) {
        let (client, chunks) = mpsc::channel(WAITING_MAX);
        let end = match reply.send(self.response(chunks)) {
            Ok(()) => self.relay_until_stopped(&client).await,
            Err(_) => End::ClientLeft,
        };
        self.finish(proxy, &client, end).await;
    }

    /// Relays, unless something outside ends the stream first. Whatever was being done then, a
    /// write to a slow client too, is dropped.
    async fn relay_until_stopped(&mut self, client: &mpsc::Sender<Piece>) -> End {
        let longest = Duration::from_secs(self.exchange.gateway.limits.request_seconds_max);
        let left = longest.saturating_sub(self.exchange.started.elapsed());
        let (gateway, device) = (
            Arc::clone(&self.exchange.gateway),
            Arc::clone(&self.exchange.device),
        );
        let stopped = tokio::select! {
            biased;
            () = client.closed() => None,
            () = gateway.stop.on_cut() => Some(End::Failed(stopping())),
            () = device.on_revoked() => Some(End::Failed(revoked())),
            () = sleep(left) => Some(End::Failed(too_long())),
            end = self.relay(client) => Some(end),
        };
        stopped.unwrap_or_else(|| {
            self.take_what_is_there();
            End::ClientLeft
        })
    }

    fn response(&self, chunks: mpsc::Receiver<Piece>) -> Response<Body> {
        let mut response = Response::new(Body::Stream(chunks));
        let headers = response.headers_mut();
        pass_headers(&self.head.headers, headers);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.exchange.mark_headers(headers);
        response
    }

    async fn relay(&mut self, client: &mpsc::Sender<Piece>) -> End {
        loop {
            match self.head.body.next().await {
                Ok(Some(piece)) => self.reader.push(piece),
                Ok(None) => return self.at_end(),
                // The finish was there already: only what comes after it is missing.
                Err(_) if self.is_finished => return End::Complete,
                Err(error) => {
                    tracing::warn!(request.id = %self.exchange.request, "{error} in the middle of a stream");
                    return End::Failed(broke_off());
                }
            }
            if let Err(end) = self.read_events() {
                return end;
            }
            if let Err(end) = self.pass_on(client).await {
                return end;
            }
            if self.is_done {
                return End::Complete;
            }
        }
    }

    /// The upstream closed the stream. Without a finish it was cut, whatever HTTP says.
    fn at_end(&mut self) -> End {
        if let Some(rest) = std::mem::take(&mut self.reader).finish() {
            self.take_event(rest);
        }
        if let Some(held) = self.translator.as_mut().and_then(StreamTranslator::finish) {
            self.kept.push(held);
        }
        if self.is_finished {
            End::Complete
        } else {
            End::Failed(broke_off())
        }
    }

    /// Events that arrived before the client left may hold the exact usage.
    fn take_what_is_there(&mut self) {
        while let Some(Ok(Some(piece))) = self.head.body.next().now_or_never() {
            self.reader.push(piece);
            while let Ok(Some(event)) = self.reader.next_event() {
                self.reading.note(&scan_event(&event));
            }
        }
    }

    /// Up to `[DONE]`; what an upstream sends after it is looked at when the rest is settled.
    fn read_events(&mut self) -> Result<(), End> {
        while !self.is_done {
            match self.reader.next_event() {
                Ok(Some(event)) => self.take_event(event),
                Ok(None) => return Ok(()),
                Err(_) => return Err(End::Failed(broke_off())),
            }
        }
        Ok(())
    }

    fn take_event(&mut self, event: Bytes) {
        // The facts borrow from the bytes, which move on below; a second handle costs a count.
        let bytes = event.clone();
        let info = scan_event(&bytes);
        self.reading.note(&info);
        self.is_done = info.kind == EventKind::Done;
        self.is_finished |= self.is_done || info.finished || info.usage_only;
        if info.output_bytes > 0 {
            // More text came: what was kept back was not the end.
            self.ready.append(&mut self.kept);
        }
        if info.usage_only && !self.wishes.usage_chunk {
            return;
        }
        let may_be_last = self.is_done || info.finished || info.usage_only || info.error;
        let Some(event) = self.presentable(event, &info) else {
            return;
        };
        if may_be_last || !self.kept.is_empty() {
            self.kept.push(event);
        } else {
            self.ready.push(event);
        }
    }

    /// The event as the client gets it: unchanged, except for what only looks like ours, errors in
    /// a provider's own words, and another dialect.
    fn presentable(&mut self, event: Bytes, info: &EventInfo<'_>) -> Option<Bytes> {
        if info.error {
            return Some(error_event(&event_problem(&event)));
        }
        let event = if is_receipt_comment(&event) {
            if info.kind == EventKind::Comment {
                return None;
            }
            without_receipt_comments(&event)
        } else {
            event
        };
        match &mut self.translator {
            Some(translator) => translator.event(&event),
            None => Some(event),
        }
    }

    /// Sends what is ready, after the mark covers it.
    async fn pass_on(&mut self, client: &mpsc::Sender<Piece>) -> Result<(), End> {
        if self.ready.is_empty() {
            return Ok(());
        }
        match self.exchange.cover(&self.reading).await {
            Ok(true) => {}
            Ok(false) => return Err(End::Fenced),
            Err(error) => {
                tracing::error!(request.id = %self.exchange.request, "{error}");
                return Err(End::Fenced);
            }
        }
        let chunk = joined(&mut self.ready);
        client.send(Ok(chunk)).await.map_err(|_| End::ClientLeft)
    }

    async fn finish(mut self, proxy: &Rc<Proxy>, client: &mpsc::Sender<Piece>, end: End) {
        let problem = match end {
            End::Complete => None,
            End::Failed(problem) => Some(problem),
            End::ClientLeft => return self.settle_only().await,
            End::Fenced => return abort(client),
        };
        let mut body = Some(self.head.body);
        if problem.is_some() {
            // Closing the connection stops the upstream, before anything else takes time.
            body = None;
        }
        let receipt = match self.exchange.settle(std::mem::take(&mut self.reading)).await {
            Ok(receipt) => receipt,
            // Without a settle the end must not be sent; the next start settles it.
            Err(error) => {
                tracing::error!(request.id = %self.exchange.request, "{error}");
                return abort(client);
            }
        };
        let mut last = std::mem::take(&mut self.ready);
        last.append(&mut self.kept);
        last.extend(problem.as_ref().map(error_event));
        if self.wishes.receipt {
            last.insert(last.len().saturating_sub(1), receipt_comment(&receipt));
        }
        if !last.is_empty() {
            // A client that left, or stopped reading, misses nothing that it would pay for again.
            let _ = timeout(LAST_MAX, client.send(Ok(joined(&mut last)))).await;
        }
        if let Some(body) = body {
            pass_tail(proxy, client, body, self.reader).await;
        }
    }

    /// The client is gone: the upstream is stopped first, then what it did is charged.
    async fn settle_only(self) {
        drop(self.head);
        if let Err(error) = self.exchange.settle(self.reading).await {
            tracing::error!(request.id = %self.exchange.request, "{error}");
        }
    }
}

/// Ends the answer without its proper end, so that the client sees that it is not whole.
fn abort(client: &mpsc::Sender<Piece>) {
    // A client whose queue is full, or who left, sees the connection close all the same.
    let _ = client.try_send(Err(axum::Error::new(std::io::Error::other("the answer was cut"))));
}

/// After `[DONE]` come at most comments. They are passed on; the connection is used again when the
/// body ends soon.
async fn pass_tail(
    proxy: &Proxy,
    client: &mpsc::Sender<Piece>,
    mut body: ReplyBody,
    mut reader: EventReader,
) {
    let tail = timeout(DRAIN_MAX, async {
        loop {
            while let Ok(Some(event)) = reader.next_event() {
                let is_data = scan_event(&event).kind == EventKind::Data;
                if !is_data && !is_receipt_comment(&event) {
                    // A client that left does not miss a comment.
                    let _ = client.send(Ok(event)).await;
                }
            }
            match body.next().await {
                Ok(Some(piece)) => reader.push(piece),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    });
    if tail.await == Ok(true) {
        body.put_back(proxy);
    }
}

fn joined(events: &mut Vec<Bytes>) -> Bytes {
    if events.len() == 1 {
        return events.pop().unwrap_or_default();
    }
    let mut all = BytesMut::with_capacity(events.iter().map(Bytes::len).sum());
    for event in events.drain(..) {
        all.extend_from_slice(&event);
    }
    all.freeze()
}
