//! Tools that a client offers by habit.

use std::borrow::Cow;

use bytes::Bytes;

use super::input::Seen;
use crate::{splice::Members, walk::Walker};

/// The body without those of its tools that would run at the provider, and what kinds these were.
/// None: it has none, or it demands that one be used.
pub fn without_hosted_tools(body: &[u8]) -> Option<(Bytes, String)> {
    let members = Members::of(body)?;
    // A choice other than a word names a tool, or several.
    if members
        .value("tool_choice")
        .is_some_and(|choice| choice.starts_with(b"{"))
    {
        return None;
    }
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    Walker::new(members.value("tools")?).array(|walker| {
        let tool = walker.value()?;
        match hosted_kind(tool)? {
            Some(kind) => left_out.push(kind.into_owned()),
            None => kept.push(std::str::from_utf8(tool).ok()?),
        }
        Some(())
    })?;
    if left_out.is_empty() {
        return None;
    }
    let mut splice = members.splice();
    splice.set("tools", format!("[{}]", kept.join(",")));
    Some((splice.finish(), left_out.join(", ")))
}

/// The kind of a tool that runs at the provider. The outer None: it is no tool.
fn hosted_kind(tool: &[u8]) -> Option<Option<Cow<'_, str>>> {
    let mut seen = Seen::default();
    seen.tools(&[b"[", tool, b"]"].concat())?;
    if seen.unbounded.is_none() {
        return Some(None);
    }
    let mut kind = None;
    Walker::new(tool).object(|walker, key| match (key.plain(), walker.peek()?) {
        (Some(b"type"), b'"') => {
            kind = Some(walker.string()?.decoded()?);
            Some(())
        }
        _ => walker.value().map(|_| ()),
    })?;
    // It goes into a header.
    let is_plain = |kind: &Cow<'_, str>| {
        kind.len() <= 64
            && kind
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    kind.filter(is_plain).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_at_the_provider_is_left_out() {
        let body = br#"{"model":"m", "tools":[ {"type":"function","name":"f"}, {"type":"web_search","external_web_access":true},
            {"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]}, {"type":"image_generation"} ],"input":"hi"}"#;
        let (made, left_out) = without_hosted_tools(body).unwrap();
        assert_eq!(left_out, "web_search, image_generation");
        assert_eq!(
            made,
            r#"{"model":"m", "tools":[{"type":"function","name":"f"},{"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]}],"input":"hi"}"#
        );
    }

    #[test]
    fn nothing_else_changes() {
        for body in [
            r#"{"input":"hi"}"#,
            r#"{"tools":null}"#,
            r#"{"tools":[{"type":"function","name":"f"}]}"#,
            r#"{"tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}"#,
            r#"{"tools":[{"type":"web search\r\n"}]}"#,
            r#"{"tools":["#,
            "no JSON",
        ] {
            assert!(without_hosted_tools(body.as_bytes()).is_none(), "{body}");
        }
    }
}
