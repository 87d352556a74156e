use super::{
    answer::Found,
    usage::{Reading, Reported},
};
use crate::answer::{EventInfo, EventKind};

/// Reads one raw event, as [`EventReader`](crate::sse::EventReader) gives it, in one pass.
///
/// Its usage is what this one event says; `message_delta` seldom repeats the input. Use an
/// [`EventScanner`] for a stream, which remembers what was said before.
pub fn scan_event(raw: &[u8]) -> EventInfo<'_> {
    EventScanner::default().scan(raw)
}

/// Reads the events of one stream, in order.
///
/// The usage that it gives is that of the whole answer so far: each count as it was said last.
#[derive(Clone, Debug, Default)]
pub struct EventScanner {
    so_far: Reported,
}

impl EventScanner {
    pub fn new() -> Self {
        Self::default()
    }

    /// What this event says.
    pub fn scan<'a>(&mut self, raw: &'a [u8]) -> EventInfo<'a> {
        EventInfo::read(raw, |name, data| self.scan_data(name, data))
    }

    fn scan_data<'a>(&mut self, name: &[u8], data: &'a [u8]) -> EventInfo<'a> {
        let found = Found::of(data);
        let reading = self.reading(&found);
        let kind = found.kind.as_deref().map_or(name, str::as_bytes);
        EventInfo {
            kind: match kind {
                b"message_stop" => EventKind::Done,
                _ => EventKind::Data,
            },
            output_bytes: found.generated(data),
            usage: reading.usage,
            billing: reading.billing,
            bad_usage: reading.is_bad,
            usage_only: false,
            finished: found.finished,
            error: found.error,
            malformed: found.malformed,
            response_id: found.response_id,
        }
    }

    /// Usage only where this event reports some, and all of it is believable: text that came since
    /// the last good report must stay unreported.
    fn reading(&mut self, found: &Found<'_>) -> Reading {
        if !found.has_usage() {
            return Reading::default();
        }
        let reported = match found.reported() {
            Ok(reported) => reported,
            Err(reading) => return reading,
        };
        let own = reported.reading();
        self.so_far = reported.over(self.so_far);
        let whole = self.so_far.reading();
        match own.usage {
            Some(_) => Reading {
                is_bad: own.is_bad,
                ..whole
            },
            None => own,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::sse::EventReader;

    /// Output bytes, counts of the last usage (input, read, written, of which for an hour, output,
    /// reasoning), and the kinds of events that are no plain data.
    fn summary(stream: &[u8]) -> String {
        let mut reader = EventReader::new();
        reader.push(Bytes::copy_from_slice(stream));
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            events.push(event);
        }
        events.extend(reader.finish());
        let (mut scanner, mut bytes, mut usage, mut notes) = (EventScanner::new(), 0, None, Vec::new());
        for event in &events {
            let info = scanner.scan(event);
            bytes += info.output_bytes;
            usage = info
                .usage
                .map(|usage| (usage, info.billing.cache_write_1h_tokens))
                .or(usage);
            let flags = [
                (info.kind == EventKind::Comment, "comment"),
                (info.kind == EventKind::Other, "other"),
                (info.finished, "finished"),
                (info.usage_only, "usage-only"),
                (info.bad_usage, "bad-usage"),
                (info.error, "error"),
                (info.malformed, "malformed"),
                (info.kind == EventKind::Done, "done"),
            ];
            notes.extend(flags.iter().filter(|(is, _)| *is).map(|(_, note)| *note));
        }
        let usage = usage.map_or("no usage".to_owned(), |(usage, hour)| {
            format!(
                "{} {} {}/{hour} {} {}",
                usage.input_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens,
                usage.output_tokens,
                usage.reasoning_tokens
            )
        });
        format!("{bytes} bytes, {usage}, {}", notes.join(" "))
    }

    #[test]
    fn recorded_streams_are_read() {
        let cases: [(&[u8], &str); 4] = [
            (
                include_bytes!("../../fixtures/stream-anthropic.sse"),
                "19 bytes, 10 4 6/1 9 3, finished done",
            ),
            (
                include_bytes!("../../fixtures/stream-anthropic-tools.sse"),
                "28 bytes, 28 2 0/0 25 0, finished done",
            ),
            (
                include_bytes!("../../fixtures/stream-anthropic-error.sse"),
                "2 bytes, 30 0 0/0 1 0, error",
            ),
            (
                include_bytes!("../../fixtures/stream-anthropic-cut.sse"),
                "22 bytes, 30 0 0/0 1 0, malformed",
            ),
        ];
        for (stream, expected) in cases {
            assert_eq!(summary(stream), expected, "{}", String::from_utf8_lossy(stream));
        }
    }

    #[test]
    fn single_events_are_read() {
        let cases = [
            (": ping\n\n", "0 bytes, no usage, comment"),
            ("\n", "0 bytes, no usage, other"),
            (
                "event: ping\ndata: {\"type\":\"ping\"}\n\n",
                "0 bytes, no usage, ",
            ),
            ("event: message_stop\ndata: {}\n\n", "0 bytes, no usage, done"),
            ("data: {\"type\":\"message_stop\"}\n\n", "0 bytes, no usage, done"),
            ("data: [DONE]\n\n", "0 bytes, no usage, done"),
            ("event: error\ndata: {}\n\n", "0 bytes, no usage, error"),
            ("data: {\"type\":\"error\"}\n\n", "0 bytes, no usage, error"),
            (
                "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\"abcd\"}}\n\n",
                "4 bytes, no usage, ",
            ),
            (
                "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"web_search_tool_result\",\"content\":[{\"text\":\"abcd\"}]}}\n\n",
                "0 bytes, no usage, ",
            ),
            (
                "data: {\"type\":\"content_block_delta\",\n\
                 data: \"delta\":{\"type\":\"text_delta\",\"text\":\"é\"}}\n\n",
                "2 bytes, no usage, ",
            ),
            (
                "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"cited_text\":\"abcd\"}}}\n\n",
                "0 bytes, no usage, ",
            ),
        ];
        for (event, expected) in cases {
            assert_eq!(summary(event.as_bytes()), expected, "{event}");
        }
    }

    /// Each report is the total so far: none is added to another, and what it leaves out stands.
    #[test]
    fn counts_are_totals_and_not_added_up() {
        let stream = |usages: &[&str]| -> String {
            let events = usages.iter().map(|usage| {
                format!("data: {{\"type\":\"message_delta\",\"delta\":{{}},\"usage\":{usage}}}\n\n")
            });
            events.collect()
        };
        let cases: [(&[&str], &str); 6] = [
            (
                &[
                    r#"{"input_tokens":9,"output_tokens":1}"#,
                    r#"{"output_tokens":5}"#,
                    r#"{"output_tokens":8}"#,
                ],
                "0 bytes, 9 0 0/0 8 0, ",
            ),
            // A proxy that learns of the cache only at the end takes its first input back.
            (
                &[
                    r#"{"input_tokens":100,"output_tokens":0}"#,
                    r#"{"input_tokens":20,"cache_read_input_tokens":80,"output_tokens":7}"#,
                ],
                "0 bytes, 20 80 0/0 7 0, ",
            ),
            (
                &[
                    r#"{"input_tokens":9,"cache_creation_input_tokens":null,"output_tokens":1}"#,
                    r#"{"input_tokens":null,"output_tokens":5}"#,
                ],
                "0 bytes, 9 0 0/0 5 0, ",
            ),
            // Parts without their total.
            (
                &[
                    r#"{"input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":3},"output_tokens":1}"#,
                ],
                "0 bytes, 1 0 5/3 1 0, ",
            ),
            // What is no count neither replaces a count nor passes unseen.
            (
                &[
                    r#"{"input_tokens":9,"output_tokens":1}"#,
                    r#"{"output_tokens":-5}"#,
                ],
                "0 bytes, 9 0 0/0 1 0, bad-usage",
            ),
            (
                &[
                    r#"{"input_tokens":9,"output_tokens":1}"#,
                    r#"{"output_tokens":[]}"#,
                ],
                "0 bytes, 9 0 0/0 1 0, bad-usage",
            ),
        ];
        for (usages, expected) in cases {
            assert_eq!(summary(stream(usages).as_bytes()), expected, "{usages:?}");
        }
    }

    #[test]
    fn one_event_alone_says_only_its_own() {
        let event =
            b"data: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":3}}}\n\n";
        let info = scan_event(event);
        assert_eq!(info.response_id.as_deref(), Some("msg_1"));
        assert_eq!(info.usage.unwrap().input_tokens, 3);
        let later = scan_event(b"data: {\"usage\":{\"output_tokens\":4}}\n\n");
        assert_eq!(later.usage.unwrap().input_tokens, 0);
    }
}
