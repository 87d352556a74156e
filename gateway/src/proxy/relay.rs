//! Streams: events pass on as they come, metered on the side. What ends a stream (the finish, the
//! usage, `[DONE]`) is kept back until the settle is durable.

use std::{pin::pin, rc::Rc, sync::Arc, time::Duration};

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
    refusal::{broke_off, stopping, too_long},
    upstream::Reply,
};
use crate::body::Body;

/// Pieces that wait for a slow client; beyond that the upstream is not read on.
const WAITING_MAX: usize = 32;
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
        }
    }

    pub(super) async fn run(mut self, proxy: &Rc<Proxy>, reply: oneshot::Sender<Response<Body>>) {
        let (client, chunks) = mpsc::channel(WAITING_MAX);
        let end = match reply.send(self.response(chunks)) {
            Ok(()) => self.relay(&client).await,
            Err(_) => End::ClientLeft,
        };
        self.finish(proxy, &client, end).await;
    }

    fn response(&self, chunks: mpsc::Receiver<Bytes>) -> Response<Body> {
        let mut response = Response::new(Body::Stream(chunks));
        let headers = response.headers_mut();
        pass_headers(&self.head.headers, headers);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.exchange.mark_headers(headers);
        response
    }

    async fn relay(&mut self, client: &mpsc::Sender<Bytes>) -> End {
        let longest = Duration::from_secs(self.exchange.gateway.limits.request_seconds_max);
        let gateway = Arc::clone(&self.exchange.gateway);
        // Made once for the stream, not once for each event.
        let mut too_late = pin!(sleep(longest));
        let mut cut = pin!(gateway.stop.on_cut());
        let mut left = pin!(client.closed());
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut left => {
                    self.take_what_is_there();
                    return End::ClientLeft;
                }
                piece = self.head.body.next() => piece,
                () = &mut cut => return End::Failed(stopping()),
                () = &mut too_late => return End::Failed(too_long()),
            };
            match piece {
                Ok(Some(piece)) => self.reader.push(piece),
                Ok(None) => return self.at_end(),
                // The finish was there already: only what comes after it is missing.
                Err(_) if !self.kept.is_empty() => return End::Complete,
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
        let rest = std::mem::take(&mut self.reader).finish();
        if let Some(rest) = rest {
            self.take_event(rest);
        }
        if self.kept.is_empty() && self.reading.usage.is_none() {
            End::Failed(broke_off())
        } else {
            End::Complete
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

    fn read_events(&mut self) -> Result<(), End> {
        loop {
            match self.reader.next_event() {
                Ok(Some(event)) => self.take_event(event),
                Ok(None) => return Ok(()),
                Err(_) => return Err(End::Failed(broke_off())),
            }
        }
    }

    fn take_event(&mut self, event: Bytes) {
        if self.is_done {
            return;
        }
        // The facts borrow from the bytes, which move on below; a second handle costs a count.
        let bytes = event.clone();
        let info = scan_event(&bytes);
        self.reading.note(&info);
        self.is_done = info.kind == EventKind::Done;
        if info.usage_only && !self.wishes.usage_chunk {
            return;
        }
        let may_be_last = self.is_done || info.finished || info.usage.is_some() || info.error;
        let Some(event) = self.presentable(event, &info) else {
            return;
        };
        if may_be_last {
            self.kept.push(event);
        } else {
            if info.output_bytes > 0 {
                // More text came: what was kept back was not the end.
                self.ready.append(&mut self.kept);
            }
            if self.kept.is_empty() {
                self.ready.push(event)
            } else {
                self.kept.push(event)
            }
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
    async fn pass_on(&mut self, client: &mpsc::Sender<Bytes>) -> Result<(), End> {
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
        client.send(chunk).await.map_err(|_| End::ClientLeft)
    }

    async fn finish(mut self, proxy: &Rc<Proxy>, client: &mpsc::Sender<Bytes>, end: End) {
        let reading = std::mem::take(&mut self.reading);
        let problem = match end {
            End::Complete => None,
            End::ClientLeft => {
                // Dropping the body closes the connection: the upstream stops at once.
                drop(self.head);
                if let Err(error) = self.exchange.settle(reading).await {
                    tracing::error!(request.id = %self.exchange.request, "{error}");
                }
                return;
            }
            End::Failed(problem) => Some(problem),
            End::Fenced => return,
        };
        let mut last = std::mem::take(&mut self.kept);
        last.extend(problem.as_ref().map(error_event));
        match self.exchange.settle(reading).await {
            Ok(receipt) if self.wishes.receipt => {
                let before_last = last.len().saturating_sub(1);
                last.insert(before_last, receipt_comment(&receipt));
            }
            Ok(_) => {}
            // Without a settle the end must not be sent; the start after this one settles it.
            Err(error) => {
                tracing::error!(request.id = %self.exchange.request, "{error}");
                return;
            }
        }
        if !last.is_empty() {
            // A client that left misses nothing that it would pay for again.
            let _ = client.send(joined(&mut last)).await;
        }
        if problem.is_none() && drained(&mut self.head).await {
            self.head.body.put_back(proxy);
        }
    }
}

/// Reads the rest of the body, which is empty in good order.
async fn drained(head: &mut Reply) -> bool {
    matches!(timeout(DRAIN_MAX, head.body.next()).await, Ok(Ok(None)))
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
