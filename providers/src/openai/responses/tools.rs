//! Looks through `tools`: which of them run at the client, and which at the provider for a fee.

use std::borrow::Cow;

use super::input::Seen;
use crate::{openai::Unbounded, walk::Walker};

impl Seen {
    /// `tools`; None when it is no list of tools.
    pub(super) fn tools(&mut self, list: &[u8]) -> Option<()> {
        let mut walker = Walker::new(list);
        if walker.peek()? == b'n' {
            return Some(());
        }
        walker.array(|walker| self.tool(walker))
    }

    fn tool(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        self.tools = self.tools.saturating_add(1);
        let (mut kind, mut place) = (None, None);
        walker.object(|walker, key| match (key.decoded()?.as_ref(), walker.peek()?) {
            ("type", _) if kind.is_some() => None,
            ("type", b'"') => {
                kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            ("tools", _) => self.tools(walker.value()?),
            ("environment", b'{') => {
                place = Some(kind_of(walker)?);
                Some(())
            }
            ("execution", b'"') => {
                place = Some(walker.string()?.decoded()?);
                Some(())
            }
            _ => walker.value().map(|_| ()),
        })?;
        self.note_tool(&kind.unwrap_or(Cow::Borrowed("function")), place.as_deref());
        Some(())
    }

    fn note_tool(&mut self, kind: &str, place: Option<&str>) {
        match (kind, place) {
            ("function" | "custom" | "namespace", _) => {}
            ("local_shell" | "apply_patch" | "computer" | "computer_use_preview", _)
            | ("shell", None | Some("local"))
            | ("tool_search", Some("client")) => {
                self.described_tools = self.described_tools.saturating_add(1);
            }
            _ if kind.starts_with("web_search") => self.note(Some(Unbounded::WebSearch)),
            _ => self.note(Some(Unbounded::HostedTool)),
        }
    }
}

/// The `type` of an object; what has none is of no known kind.
fn kind_of<'a>(walker: &mut Walker<'a>) -> Option<Cow<'a, str>> {
    let mut kind = None;
    walker.object(|walker, key| match (key.decoded()?.as_ref(), walker.peek()?) {
        ("type", _) if kind.is_some() => None,
        ("type", b'"') => {
            kind = Some(walker.string()?.decoded()?);
            Some(())
        }
        _ => walker.value().map(|_| ()),
    })?;
    Some(kind.unwrap_or(Cow::Borrowed("")))
}
