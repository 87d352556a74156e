//! W3C Trace Context: which trace a request belongs to.

use http::{HeaderMap, HeaderValue};
use opentelemetry::trace::{SpanId, TraceId};

pub const HEADER: &str = "traceparent";

/// A request's own span, and what is above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub id: TraceId,
    /// The client's span, if it told one.
    pub parent: Option<SpanId>,
    pub span: SpanId,
}

impl Trace {
    pub(super) fn begin() -> Self {
        Self {
            id: TraceId::from_bytes(random()),
            parent: None,
            span: new_span(),
        }
    }

    /// The trace that the client is in, and whether it wants it to be told. Anything but one valid
    /// `traceparent` counts as none.
    pub(super) fn of_client(headers: &HeaderMap) -> Option<(Self, bool)> {
        let mut values = headers.get_all(HEADER).iter();
        let text = values.next()?.to_str().ok()?;
        let mut parts = text.split('-');
        let (version, id, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Version 0 has four parts; later ones may have more.
        let is_whole = version != "ff" && (version != "00" || parts.next().is_none());
        if values.next().is_some() || !is_whole || hex(version, 2).is_none() {
            return None;
        }
        let flags = u8::from_str_radix(hex(flags, 2)?, 16).ok()?;
        let id = TraceId::from_hex(hex(id, 32)?).ok()?;
        let parent = SpanId::from_hex(hex(parent, 16)?).ok()?;
        if id == TraceId::INVALID || parent == SpanId::INVALID {
            return None;
        }
        let trace = Self {
            id,
            parent: Some(parent),
            span: new_span(),
        };
        Some((trace, flags & 1 == 1))
    }

    /// What tells somebody else that this span of the trace is above theirs.
    pub fn header(&self, span: SpanId) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("00-{}-{span}-01", self.id)).ok()
    }
}

pub fn new_span() -> SpanId {
    SpanId::from_bytes(random())
}

/// Ids need only differ; without the system's random bytes they do by chance of the clock.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let id = crate::clock::new_id();
        bytes.copy_from_slice(&id.as_bytes()[16 - N..]);
    }
    bytes
}

fn hex(text: &str, length: usize) -> Option<&str> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == length && text.bytes().all(is_hex)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(String, bool)> {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static(HEADER),
            HeaderValue::from_str(text).unwrap(),
        )]);
        Trace::of_client(&headers).map(|(trace, sampled)| {
            let parent = trace.parent.unwrap();
            (format!("{}-{parent}", trace.id), sampled)
        })
    }

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    #[test]
    fn a_client_s_trace_is_taken_up() {
        assert_eq!(of(&format!("00-{ID}-01")), Some((ID.into(), true)));
        assert_eq!(of(&format!("00-{ID}-00")), Some((ID.into(), false)));
        assert_eq!(of(&format!("cc-{ID}-01-later")), Some((ID.into(), true)));
    }

    #[test]
    fn what_is_no_trace_is_none() {
        for text in [
            "",
            "00",
            &ID[..20],
            &format!("00-{ID}"),
            &format!("00-{ID}-1"),
            &format!("00-{ID}-01-more"),
            &format!("ff-{ID}-01"),
            &format!("00-{}-01", ID.to_uppercase()),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_passed_on_is_read_again() {
        let trace = Trace::begin();
        let below = new_span();
        let text = trace.header(below).unwrap();
        assert_eq!(
            of(text.to_str().unwrap()),
            Some((format!("{}-{below}", trace.id), true))
        );
    }
}
