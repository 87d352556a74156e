//! Streams: events pass on as they come, metered on the side. What ends a stream (the finish, the
//! usage, `[DONE]`) is kept back until the settle is durable.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use memchr::memmem;
use protocol::Problem;
use providers::{
    answer::{EventInfo, EventKind},
    openai::{is_receipt_comment, without_receipt_comments},
    sse::EventReader,
};

use super::{
    Proxy,
    answer::pass_headers,
    client::{Client, Left},
    connection::Broken,
    exchange::Exchange,
    guard::{Ended, Guard},
    meter::Reading,
    refusal::{broke_off, revoked, stopping, too_long},
    shape::{Said, Scanner, Shape, Translator, error_event},
    upstream::Reply,
};
use crate::catalogue::Upstream;

#[derive(Clone, Debug)]
pub(super) struct Wishes {
    pub receipt: bool,
    pub usage_chunk: bool,
    pub shape: Shape,
    pub said: Said,
}

/// A stream whose head came.
pub(super) struct Stream {
    pub(super) exchange: Exchange,
    guard: Guard,
    pub(super) head: Reply,
    pub(super) wishes: Wishes,
    pub(super) reading: Reading,
    pub(super) reader: EventReader,
    /// How much more may come.
    bytes_left: usize,
    scanner: Scanner,
    translator: Option<Translator>,
    /// Ready to be sent in one write.
    pub(super) ready: Vec<Bytes>,
    /// Events that may be the last; they wait for the settle.
    pub(super) kept: Vec<Bytes>,
    is_done: bool,
    /// A finish, the usage after it, or `[DONE]` came: what is missing now is not text.
    is_finished: bool,
}

/// Why a stream stopped.
pub(super) enum End {
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

/// The error that a stream begins with, where its first event is one.
pub(super) fn opening_error(shape: Shape, first: &Bytes, upstream: &Upstream) -> Option<Problem> {
    memmem::find(first, b"error")?;
    let mut reader = EventReader::new();
    reader.push(first.clone());
    let mut scanner = Scanner::of(shape);
    loop {
        let event = reader.next_event().ok()??;
        let info = scanner.scan(&event);
        if info.kind != EventKind::Comment {
            let said = if upstream.repeats_key(&event) {
                &[]
            } else {
                &event[..]
            };
            return info.error.then(|| shape.event_problem(said));
        }
    }
}

impl Stream {
    /// A stream that begins with these bytes.
    pub(super) fn new(exchange: Exchange, guard: Guard, head: Reply, first: Bytes, wishes: Wishes) -> Self {
        let mut reader = EventReader::new();
        let bytes_left = exchange
            .gateway
            .limits()
            .answer_bytes_max
            .saturating_sub(first.len());
        reader.push(first);
        let (counted, shape) = (exchange.counted_input, wishes.shape);
        let translator = Translator::of(shape, wishes.usage_chunk, counted, &wishes.said);
        Self {
            exchange,
            guard,
            head,
            wishes,
            reading: Reading::default(),
            reader,
            bytes_left,
            scanner: Scanner::of(shape),
            translator,
            ready: Vec::new(),
            kept: Vec::new(),
            is_done: false,
            is_finished: false,
        }
    }

    pub(super) async fn run(mut self, proxy: &Proxy, client: &mut Client<'_>) {
        self.exchange.trail.streams();
        let end = match client.begin(self.response_head()) {
            Ok(()) => self.relay(proxy, client).await,
            Err(Left) => End::ClientLeft,
        };
        self.finish(proxy, client, end).await;
    }

    fn response_head(&self) -> Response<()> {
        let mut response = Response::new(());
        let headers = response.headers_mut();
        pass_headers(&self.head.headers, headers);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.exchange.mark_headers(headers);
        response
    }

    async fn relay(&mut self, proxy: &Proxy, client: &mut Client<'_>) -> End {
        let patience = Duration::from_secs(proxy.gateway.limits().idle_seconds_max);
        loop {
            // What was read together is passed on together.
            let taken = self.take_what_is_here();
            if let Err(end) = self.pass_on(client).await {
                return end;
            }
            if let Err(end) = taken {
                return end;
            }
            if self.is_done {
                return End::Complete;
            }
            self.guard.be_quiet_for(patience);
            match self.guard.watch(client, self.head.body.next()).await {
                Ok(Ok(Some(piece))) => {
                    if let Err(end) = self.push(piece) {
                        return end;
                    }
                }
                Ok(Ok(None)) => return self.at_end(),
                Ok(Err(error)) => return self.at_break(&error),
                Err(Ended::ClientLeft) => {
                    self.note_what_is_there().await;
                    return End::ClientLeft;
                }
                Err(Ended::Silent) => return self.at_break(&"it said nothing for too long"),
                Err(ended) => return ended.into(),
            }
        }
    }

    /// Events out of all that was read, up to `[DONE]`; what comes after it is looked at when the
    /// rest is settled.
    fn take_what_is_here(&mut self) -> Result<(), End> {
        loop {
            while !self.is_done {
                match self.reader.next_event() {
                    Ok(Some(event)) => self.take_event(event),
                    Ok(None) => break,
                    Err(_) => return Err(End::Failed(broke_off())),
                }
            }
            if self.is_done {
                return Ok(());
            }
            match self.head.body.next_here() {
                Ok(Some(piece)) => self.push(piece)?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.at_break(&error)),
            }
        }
    }

    fn push(&mut self, piece: Bytes) -> Result<(), End> {
        let Some(left) = self.bytes_left.checked_sub(piece.len()) else {
            return Err(self.at_break(&Broken::TooLong));
        };
        self.bytes_left = left;
        self.reader.push(piece);
        Ok(())
    }

    /// The upstream broke the stream.
    fn at_break(&self, error: &dyn std::fmt::Display) -> End {
        if self.is_finished {
            // The finish was there already: only what comes after it is missing.
            return End::Complete;
        }
        tracing::warn!(request.id = %self.exchange.request, "{error} in the middle of a stream");
        End::Failed(broke_off())
    }

    /// The upstream closed the stream. Without a finish it was cut, whatever HTTP says.
    fn at_end(&mut self) -> End {
        if let Some(rest) = std::mem::take(&mut self.reader).finish() {
            self.take_event(rest);
        }
        if let Some(held) = self.translator.as_mut().and_then(Translator::finish) {
            self.kept.push(held);
        }
        if self.is_finished {
            End::Complete
        } else {
            End::Failed(broke_off())
        }
    }

    /// Events that arrived before the client left may hold the exact usage.
    async fn note_what_is_there(&mut self) {
        loop {
            while let Ok(Some(piece)) = self.head.body.next_here() {
                self.reader.push(piece);
                while let Ok(Some(event)) = self.reader.next_event() {
                    self.reading.note(&self.scanner.scan(&event));
                }
            }
            if !self.head.body.fill_now().await {
                return;
            }
        }
    }

    fn take_event(&mut self, event: Bytes) {
        self.exchange.trail.hears();
        // The facts borrow from the bytes, which move on below; a second handle costs a count.
        let bytes = event.clone();
        let info = self.scanner.scan(&bytes);
        self.reading.note(&info);
        self.is_done = info.kind == EventKind::Done;
        self.is_finished |= self.is_done || info.finished || info.usage_only;
        if info.output_bytes > 0 {
            // More text came: what was kept back was not the end.
            self.ready.append(&mut self.kept);
        }
        if info.usage_only && !self.wishes.usage_chunk && self.wishes.shape.may_drop_usage() {
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
            let said = if self.head.body.repeats_key(&event) {
                &[]
            } else {
                &event[..]
            };
            return self.error_event(&self.wishes.shape.event_problem(said));
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

    /// The event that tells the client why its stream ends; `None` when it was told already.
    pub(super) fn error_event(&mut self, problem: &Problem) -> Option<Bytes> {
        error_event(
            self.wishes.shape,
            &self.scanner,
            self.translator.as_mut(),
            problem,
        )
    }

    /// Sends what is ready, after the mark covers it.
    async fn pass_on(&mut self, client: &mut Client<'_>) -> Result<(), End> {
        if !self.ready.is_empty() {
            match self.exchange.cover(&self.reading).await {
                Ok(true) => {}
                Ok(false) => return Err(End::Fenced),
                Err(error) => {
                    tracing::error!(request.id = %self.exchange.request, "{error}");
                    return Err(End::Fenced);
                }
            }
        }
        // The head goes out even before the first event, so that the client knows where it is.
        let sending = client.send(&mut self.ready);
        match self.guard.watch_sending(sending).await {
            Ok(sent) => sent.map_err(|Left| End::ClientLeft),
            Err(ended) => Err(ended.into()),
        }
    }
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::ClientLeft => Self::ClientLeft,
            Ended::Stopping => Self::Failed(stopping()),
            Ended::Revoked => Self::Failed(revoked()),
            Ended::TooLong => Self::Failed(too_long()),
            Ended::Silent => Self::Failed(broke_off()),
        }
    }
}
