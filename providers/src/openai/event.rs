use super::answer::Found;
use crate::answer::{EventInfo, EventKind};

/// Reads one raw event, as [`EventReader`](crate::sse::EventReader) gives it, in one pass.
pub fn scan_event(raw: &[u8]) -> EventInfo<'_> {
    EventInfo::read(raw, |_, data| EventInfo::of_data(data))
}

impl<'a> EventInfo<'a> {
    fn of_data(data: &'a [u8]) -> Self {
        let found = Found::of(data);
        let reading = found.usage();
        Self {
            kind: EventKind::Data,
            output_bytes: if found.malformed {
                data.len() as u64
            } else {
                found.output_bytes
            },
            usage: reading.usage,
            billing: reading.billing,
            bad_usage: reading.is_bad,
            usage_only: found.choices == 0 && found.has_usage() && !found.error && !found.malformed,
            finished: found.finished,
            error: found.error,
            malformed: found.malformed,
            response_id: found.response_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::sse::EventReader;

    fn events(stream: &'static [u8]) -> Vec<Bytes> {
        let mut reader = EventReader::new();
        reader.push(Bytes::from_static(stream));
        let mut events = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            events.push(event);
        }
        events.extend(reader.finish());
        events
    }

    /// Output bytes, input and output of the last usage, and the kinds of events that are no plain
    /// data.
    fn summary(stream: &'static [u8]) -> String {
        let (mut bytes, mut usage, mut notes) = (0, None, Vec::new());
        for event in events(stream) {
            let info = scan_event(&event);
            bytes += info.output_bytes;
            usage = info.usage.or(usage);
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
        let usage = usage.map(|usage| format!("{}+{}", usage.total_input(), usage.output_tokens));
        format!(
            "{bytes} bytes, {}, {}",
            usage.as_deref().unwrap_or("no usage"),
            notes.join(" ")
        )
    }

    #[test]
    fn recorded_streams_are_read() {
        let cases: [(&[u8], &str); 9] = [
            (
                include_bytes!("../../fixtures/stream-openai.sse"),
                "11 bytes, 20+5, finished usage-only done",
            ),
            (
                include_bytes!("../../fixtures/stream-groq.sse"),
                "5 bytes, 7+2, finished done",
            ),
            (
                include_bytes!("../../fixtures/stream-openrouter.sse"),
                "2 bytes, 9+3, comment comment finished usage-only done",
            ),
            (
                include_bytes!("../../fixtures/stream-openrouter-error.sse"),
                "2 bytes, no usage, comment finished error done",
            ),
            (
                include_bytes!("../../fixtures/stream-azure.sse"),
                "2 bytes, no usage, finished done",
            ),
            (
                include_bytes!("../../fixtures/stream-deepseek-crlf.sse"),
                "9 bytes, 10+5, finished done",
            ),
            (
                include_bytes!("../../fixtures/stream-tools.sse"),
                "20 bytes, 30+9, finished usage-only done",
            ),
            (
                include_bytes!("../../fixtures/stream-cut.sse"),
                "14 bytes, no usage, malformed",
            ),
            (
                include_bytes!("../../fixtures/stream-fim.sse"),
                "9 bytes, 12+4, finished",
            ),
        ];
        for (stream, expected) in cases {
            assert_eq!(summary(stream), expected, "{}", String::from_utf8_lossy(stream));
        }
    }

    #[test]
    fn single_events_are_read() {
        let cases: [(&'static str, &str); 12] = [
            ("\n", "0 bytes, no usage, other"),
            (": ping\n\n", "0 bytes, no usage, comment"),
            (
                "event: ping\ndata: {\"type\":\"ping\"}\n\n",
                "0 bytes, no usage, ",
            ),
            (
                "event: error\ndata: {\"message\":\"x\"}\n\n",
                "0 bytes, no usage, error",
            ),
            ("data: {\"error\":\"text\"}\n\n", "0 bytes, no usage, error"),
            ("data:[DONE]\n\n", "0 bytes, no usage, done"),
            ("data: [DONE]", "0 bytes, no usage, done"),
            (
                "\u{feff}data: {\"choices\":[{\"text\":\"a\"}]}\n\n",
                "1 bytes, no usage, ",
            ),
            (
                "data: {\"choices\":[{\"text\"\ndata: :\"ab\"}]}\n\n",
                "2 bytes, no usage, ",
            ),
            ("id: 1\nretry: 5\n\n", "0 bytes, no usage, other"),
            (
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":2}}\n\n",
                "0 bytes, no usage, usage-only bad-usage",
            ),
            (
                "data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2},\"usage\":null}\n\n",
                "0 bytes, 1+2, usage-only",
            ),
        ];
        for (event, expected) in cases {
            assert_eq!(summary(event.as_bytes()), expected, "{event:?}");
        }
    }

    #[test]
    fn the_response_id_is_in_the_first_event() {
        let first = scan_event(b"data: {\"id\":\"chatcmpl-1\",\"choices\":[]}\n\n");
        assert_eq!(first.response_id.as_deref(), Some("chatcmpl-1"));
        let escaped = scan_event(b"data: {\"id\":\"a\\u0062\"}\n\n");
        assert_eq!(escaped.response_id.as_deref(), Some("ab"));
        let spread = scan_event(b"data: {\"id\":\ndata: \"x\"}\n\n");
        assert_eq!(spread.response_id.as_deref(), Some("x"));
        for none in ["7", "\"\"", "\"chatcmpl-\\u0000\"", "\"a\\nb\""] {
            let event = format!("data: {{\"id\":{none}}}\n\n");
            assert_eq!(scan_event(event.as_bytes()).response_id, None, "{none}");
        }
    }
}
