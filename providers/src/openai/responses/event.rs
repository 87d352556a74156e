use std::borrow::Cow;

use bytes::Bytes;
use protocol::Problem;

use super::{FailedAt, answer::Found, item};
use crate::{
    answer::{EventInfo, EventKind},
    openai::usage::Reading,
    walk::{Text, Walker},
};

/// Items that are written at the same time; of more, each is counted when it is done.
const OPEN_MAX: usize = 64;

/// Reads the events of one stream, in order.
///
/// Pieces are counted as they come. Items repeat them when they are done, and so does the whole
/// response at the end: only what was not counted before is counted then.
#[derive(Clone, Debug, Default)]
pub struct EventScanner {
    at: FailedAt,
    /// Bytes that were counted of each open item, by its number.
    open: Vec<(u64, u64)>,
    counted: u64,
}

impl EventScanner {
    pub fn new() -> Self {
        Self::default()
    }

    /// What this event says.
    pub fn scan<'a>(&mut self, raw: &'a [u8]) -> EventInfo<'a> {
        EventInfo::read(raw, |name, data| self.scan_data(name, data))
    }

    /// The event that tells the client why the stream ends here.
    pub fn failed_event(&self, problem: &Problem) -> Bytes {
        self.at.event(problem)
    }

    fn scan_data<'a>(&mut self, name: &[u8], data: &'a [u8]) -> EventInfo<'a> {
        let mut walker = Walker::new(data);
        let mut event = Event::default();
        let read = walker.object(|walker, key| event.member(walker, key));
        if read.is_none() || walker.peek().is_some() {
            return EventInfo {
                output_bytes: data.len() as u64,
                malformed: true,
                ..EventInfo::of(EventKind::Data)
            };
        }
        let kind = event.kind.as_deref().map_or(name, str::as_bytes);
        let end = match kind {
            b"response.completed" | b"response.incomplete" | b"response.cancelled" => Some(false),
            b"response.failed" | b"error" => Some(true),
            _ => None,
        };
        self.note(&event, end == Some(true));
        let reading = match end {
            Some(_) => event.response.usage(),
            None => Reading::default(),
        };
        let output_bytes = self.generated(kind, &event, end.is_some() && reading.usage.is_none());
        self.counted += output_bytes;
        EventInfo {
            kind: if end.is_some() {
                EventKind::Done
            } else {
                EventKind::Data
            },
            output_bytes,
            usage: reading.usage,
            billing: reading.billing,
            bad_usage: reading.is_bad,
            finished: end.is_some(),
            error: end == Some(true),
            response_id: event.response.id,
            ..EventInfo::of(EventKind::Data)
        }
    }

    /// A failure is told in other words, under its own number.
    fn note(&mut self, event: &Event<'_>, is_failure: bool) {
        let at = &mut self.at;
        if let Some(number) = event.sequence {
            at.sequence = number.saturating_add(u64::from(!is_failure));
        }
        if let Some(id) = &event.response.id {
            at.id = Some(id.to_string());
        }
        if let Some(model) = &event.response.model {
            at.model = model.to_string();
        }
        if let Some(created) = event.response.created_at {
            let seconds: Option<f64> = serde_json::from_slice(created).ok();
            at.created_at = seconds.map_or(at.created_at, |seconds| seconds as u64);
        }
    }

    /// Bytes in this event that were in none before.
    fn generated(&mut self, kind: &[u8], event: &Event<'_>, counts_all: bool) -> u64 {
        if counts_all {
            return event.response.output_bytes.saturating_sub(self.counted);
        }
        let index = event.output_index.unwrap_or(0);
        let place = self.open.iter().position(|(open, _)| *open == index);
        match (kind, place) {
            (b"response.output_item.done", Some(place)) => {
                let (_, counted) = self.open.swap_remove(place);
                event.item_bytes.saturating_sub(counted)
            }
            (b"response.output_item.done", None) => event.item_bytes,
            (b"response.output_item.added", _) => self.count(index, place, event.item_bytes),
            _ if kind.ends_with(b".delta") => self.count(index, place, event.delta_bytes),
            _ => 0,
        }
    }

    fn count(&mut self, index: u64, place: Option<usize>, bytes: u64) -> u64 {
        match place {
            Some(place) => self.open[place].1 += bytes,
            None if self.open.len() < OPEN_MAX => self.open.push((index, bytes)),
            // Counted twice, then: too much is given back, too little would not be.
            None => {}
        }
        bytes
    }
}

/// What one event holds.
#[derive(Debug, Default)]
struct Event<'a> {
    kind: Option<Cow<'a, str>>,
    sequence: Option<u64>,
    output_index: Option<u64>,
    delta_bytes: u64,
    item_bytes: u64,
    response: Found<'a>,
}

impl<'a> Event<'a> {
    fn member(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match (key.plain().unwrap_or_default(), walker.peek()?) {
            (b"type", b'"') => self.kind = Some(walker.string()?.decoded()?),
            (b"delta", b'"') => self.delta_bytes = walker.string()?.decoded_bytes(),
            // Some deltas are objects; all of one is counted.
            (b"delta", b'{') => self.delta_bytes = walker.value()?.len() as u64,
            (b"item", b'{') => item::generated(walker, &mut self.item_bytes)?,
            (b"response", b'{') => self.response = Found::of(walker),
            (b"sequence_number", _) => self.sequence = number(walker.value()?),
            (b"output_index", _) => self.output_index = number(walker.value()?),
            _ => {
                walker.value()?;
            }
        }
        Some(())
    }
}

fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use protocol::Code;

    use super::*;
    use crate::sse::EventReader;

    /// Output bytes, the last usage, and the kinds of events that are no plain data.
    fn summary(stream: &str) -> String {
        let mut reader = EventReader::new();
        reader.push(Bytes::copy_from_slice(stream.as_bytes()));
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            events.push(event);
        }
        events.extend(reader.finish());
        let (mut scanner, mut bytes, mut usage, mut notes) = (EventScanner::new(), 0, None, Vec::new());
        for event in &events {
            let info = scanner.scan(event);
            bytes += info.output_bytes;
            usage = info.usage.or(usage);
            let flags = [
                (info.kind == EventKind::Comment, "comment"),
                (info.finished, "finished"),
                (info.bad_usage, "bad-usage"),
                (info.error, "error"),
                (info.malformed, "malformed"),
                (info.kind == EventKind::Done, "done"),
            ];
            notes.extend(flags.iter().filter(|(is, _)| *is).map(|(_, note)| *note));
        }
        let usage = usage.map_or("no usage".to_owned(), |usage| {
            format!("{}+{}", usage.total_input(), usage.output_tokens)
        });
        format!("{bytes} bytes, {usage}, {}", notes.join(" "))
    }

    #[test]
    fn recorded_streams_are_read() {
        let cases = [
            (
                include_str!("../../../fixtures/stream-responses.sse"),
                "14 bytes, 20+9, finished done",
            ),
            (
                include_str!("../../../fixtures/stream-responses-tools.sse"),
                "37 bytes, 30+25, comment finished done",
            ),
            (
                include_str!("../../../fixtures/stream-responses-failed.sse"),
                "2 bytes, no usage, finished error done",
            ),
        ];
        for (stream, expected) in cases {
            assert_eq!(summary(stream), expected, "{stream}");
        }
    }

    #[test]
    fn what_comes_without_pieces_is_counted_when_it_is_done() {
        let item = r#"{"type":"function_call","name":"f","arguments":"{}"}"#;
        let added = format!(
            "data: {{\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{item}}}\n\n"
        );
        let done = format!(
            "data: {{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{item}}}\n\n"
        );
        let end =
            format!("data: {{\"type\":\"response.completed\",\"response\":{{\"output\":[{item}]}}}}\n\n");
        for stream in [
            end.clone(),
            format!("{done}{end}"),
            format!("{added}{done}{end}"),
            format!("{added}{done}"),
            added,
        ] {
            assert!(summary(&stream).starts_with("3 bytes, no usage"), "{stream}");
        }
    }

    #[test]
    fn single_events_are_read() {
        let cases = [
            (": ping\n\n", "0 bytes, no usage, comment"),
            (
                "event: response.completed\ndata: {\"response\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}\n\n",
                "0 bytes, 1+2, finished done",
            ),
            (
                "data: {\"type\":\"response.incomplete\",\"response\":{\"usage\":{\"input_tokens\":-1,\"output_tokens\":2}}}\n\n",
                "0 bytes, no usage, finished bad-usage done",
            ),
            // Usage before the end is not the last word.
            (
                "data: {\"type\":\"response.in_progress\",\"response\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}}\n\n",
                "0 bytes, no usage, ",
            ),
            (
                "event: error\ndata: {\"type\":\"error\",\"message\":\"x\"}\n\n",
                "0 bytes, no usage, finished error done",
            ),
            ("data: [DONE]\n\n", "0 bytes, no usage, done"),
            ("data: {\"type\":\n\n", "8 bytes, no usage, malformed"),
            (
                "data: {\"type\":\"response.output_text.done\",\"text\":\"abc\"}\n\n",
                "0 bytes, no usage, ",
            ),
            (
                "data: {\"type\":\"response.audio.transcript.delta\",\n\
                 data: \"delta\":\"é\"}\n\n",
                "2 bytes, no usage, ",
            ),
        ];
        for (event, expected) in cases {
            assert_eq!(summary(event), expected, "{event}");
        }
    }

    #[test]
    fn a_failure_goes_on_where_the_stream_broke_off() {
        let mut scanner = EventScanner::new();
        let problem = Problem::new(Code::UpstreamUnavailable, "It broke off.");
        assert!(scanner.failed_event(&problem).starts_with(b"event: error\n"));
        scanner.scan(b"data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_9\",\"model\":\"m\",\"created_at\":7.0}}\n\n");
        scanner.scan(
            b"data: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"delta\":\"a\"}\n\n",
        );
        let event = String::from_utf8(scanner.failed_event(&problem).to_vec()).unwrap();
        assert!(event.contains(r#""sequence_number":5"#), "{event}");
        assert!(
            event.contains(r#""id":"resp_9""#) && event.contains(r#""created_at":7"#),
            "{event}"
        );
    }
}
