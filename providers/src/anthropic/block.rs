//! Looks through `messages`, `system` and `tools` without keeping them.

use std::borrow::Cow;

use serde::Deserialize;

use super::Unbounded;
use crate::walk::Walker;

/// How long what is written to the prompt cache is kept. A write for an hour costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheTtl {
    FiveMinutes,
    OneHour,
}

/// What was seen on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) messages: u32,
    pub(super) tools: u32,
    /// Tools that the provider describes to the model in words of its own.
    pub(super) described_tools: u32,
    pub(super) unbounded: Option<Unbounded>,
    /// The longest of the wanted times.
    pub(super) cache_writes: Option<CacheTtl>,
}

impl Seen {
    pub(super) fn note(&mut self, found: Option<Unbounded>) {
        self.unbounded = self.unbounded.or(found);
    }

    /// `messages`; None when it is no list of messages.
    pub(super) fn messages(&mut self, list: &[u8]) -> Option<()> {
        let mut walker = Walker::new(list);
        walker.array(|walker| {
            self.messages = self.messages.saturating_add(1);
            walker.object(|walker, key| match key.decoded()?.as_ref() {
                "content" => self.content(walker),
                _ => walker.value().map(|_| ()),
            })
        })
    }

    /// A text, null, or a list of blocks.
    pub(super) fn content(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        match walker.peek()? {
            b'"' | b'n' => walker.value().map(|_| ()),
            b'[' => walker.array(|walker| self.block(walker)),
            _ => None,
        }
    }

    /// Nested no deeper than the body, whose depth is checked before.
    fn block(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        let mut kind = None;
        walker.object(|walker, key| match key.decoded()?.as_ref() {
            // Which of two an upstream obeys is unknown, so two are none.
            "type" if kind.is_none() => {
                kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            "type" => None,
            // The results of hosted tools have an object here.
            "content" if walker.peek()? != b'{' => self.content(walker),
            "cache_control" => self.cache_control(walker.value()?),
            _ => walker.value().map(|_| ()),
        })?;
        self.note(kind_of_block(&kind?));
        Some(())
    }

    pub(super) fn tools(&mut self, list: &[u8]) -> Option<()> {
        let mut walker = Walker::new(list);
        if walker.peek()? == b'n' {
            return Some(());
        }
        walker.array(|walker| {
            self.tools = self.tools.saturating_add(1);
            let mut kind = None;
            walker.object(|walker, key| match key.decoded()?.as_ref() {
                "type" if kind.is_some() => None,
                "type" if walker.peek()? == b'"' => {
                    kind = Some(walker.string()?.decoded()?);
                    Some(())
                }
                "cache_control" => self.cache_control(walker.value()?),
                _ => walker.value().map(|_| ()),
            })?;
            self.tool(&kind.unwrap_or(Cow::Borrowed("custom")));
            Some(())
        })
    }

    fn tool(&mut self, kind: &str) {
        // With the first digit of a year: whole toolsets have longer descriptions.
        const AT_THE_CLIENT: [&str; 4] = ["bash_2", "text_editor_2", "memory_2", "computer_2"];
        match kind {
            "custom" => {}
            _ if AT_THE_CLIENT.iter().any(|start| kind.starts_with(start)) => {
                self.described_tools = self.described_tools.saturating_add(1);
            }
            _ if kind.starts_with("web_search_") => self.note(Some(Unbounded::WebSearch)),
            _ => self.note(Some(Unbounded::HostedTool)),
        }
    }

    /// A time that is not known is taken for the longest, which is the dearest.
    pub(super) fn cache_control(&mut self, value: &[u8]) -> Option<()> {
        #[derive(Deserialize)]
        struct Control<'a> {
            #[serde(borrow, default)]
            ttl: Option<Cow<'a, str>>,
        }
        let control: Option<Control<'_>> = serde_json::from_slice(value).ok()?;
        let ttl = control.map(|control| match control.ttl.as_deref() {
            None | Some("5m") => CacheTtl::FiveMinutes,
            Some(_) => CacheTtl::OneHour,
        });
        self.cache_writes = self.cache_writes.max(ttl);
        Some(())
    }
}

fn kind_of_block(kind: &str) -> Option<Unbounded> {
    match kind {
        "text" | "tool_use" | "tool_result" | "thinking" | "redacted_thinking" | "search_result"
        | "compaction" => None,
        "image" => Some(Unbounded::Image),
        "document" | "container_upload" => Some(Unbounded::File),
        // What they found comes back encrypted and compressed: its bytes bound nothing.
        "server_tool_use" | "mcp_tool_use" | "tool_reference" => Some(Unbounded::HostedTool),
        _ if kind.ends_with("_tool_result") => Some(Unbounded::HostedTool),
        _ => Some(Unbounded::OtherPart),
    }
}
