//! Looks through `messages`, `system` and `tools` without keeping them.

use std::borrow::Cow;

use serde::Deserialize;

use super::Unbounded;
use crate::{
    image::{Detail, Image, Images},
    walk::Walker,
};

/// How long what is written to the prompt cache is kept. A write for an hour costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheTtl {
    FiveMinutes,
    OneHour,
}

/// What was seen on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) messages: u32,
    pub(super) tools: u32,
    /// Tools that the provider describes to the model in words of its own.
    pub(super) described_tools: u32,
    pub(super) images: Images,
    pub(super) unbounded: Option<Unbounded>,
    /// The longest of the wanted times.
    pub(super) cache_writes: Option<CacheTtl>,
}

impl Seen {
    pub(super) fn note(&mut self, found: Option<Unbounded>) {
        self.unbounded = Unbounded::worse(self.unbounded, found);
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
        let (mut kind, mut source, mut citations) = (None, None, None);
        walker.object(|walker, key| match key.decoded()?.as_ref() {
            // Which of two an upstream obeys is unknown, so two are none.
            "type" if kind.is_none() => {
                kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            "source" if source.is_none() => {
                source = Some(walker.value()?);
                Some(())
            }
            "citations" if citations.is_none() => {
                citations = Some(walker.value()?);
                Some(())
            }
            "type" | "source" | "citations" => None,
            // The results of hosted tools have an object here.
            "content" if walker.peek()? != b'{' => self.content(walker),
            "cache_control" => self.cache_control(walker.value()?),
            _ => walker.value().map(|_| ()),
        })?;
        match (kind?.as_ref(), source) {
            ("image", source) => self.image(source),
            ("document", Some(source)) => self.document(source, citations)?,
            (kind, _) => self.note(kind_of_block(kind)),
        }
        Some(())
    }

    fn image(&mut self, source: Option<&[u8]>) {
        #[derive(Deserialize)]
        #[serde(tag = "type", rename_all = "lowercase")]
        enum Source<'a> {
            Base64 {
                #[serde(borrow)]
                data: Cow<'a, str>,
            },
            Url,
            File,
        }
        let source = source.and_then(|source| serde_json::from_slice(source).ok());
        let image = source.and_then(|source| match source {
            Source::Base64 { data } => Image::of_base64(&data, Detail::default()),
            Source::Url | Source::File => Some(Image::elsewhere(Detail::default())),
        });
        match image {
            Some(image) => self.images.push(image),
            None => self.note(Some(Unbounded::UnknownImage)),
        }
    }

    /// Text within the request is bounded by its bytes, and so are blocks. A PDF is compressed, so
    /// its bytes bound neither its text nor its pages; what lies elsewhere is not known at all.
    fn document(&mut self, source: &[u8], citations: Option<&[u8]>) -> Option<()> {
        let (mut kind, mut content) = (None, None);
        Walker::new(source).object(|walker, key| match key.decoded()?.as_ref() {
            "type" if kind.is_none() => {
                kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            "content" if content.is_none() => {
                content = Some(walker.value()?);
                Some(())
            }
            "type" | "content" => None,
            _ => walker.value().map(|_| ()),
        })?;
        match kind.as_deref() {
            Some("text") => {}
            Some("content") => self.content(&mut Walker::new(content?))?,
            _ => self.note(Some(Unbounded::File)),
        }
        self.note(asks_for_citations(citations).then_some(Unbounded::Citations));
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

/// Anything but a plain no.
fn asks_for_citations(citations: Option<&[u8]>) -> bool {
    #[derive(Deserialize)]
    struct Citations {
        #[serde(default)]
        enabled: bool,
    }
    citations.is_some_and(|citations| {
        serde_json::from_slice::<Option<Citations>>(citations).map_or(true, |citations| {
            citations.is_some_and(|citations| citations.enabled)
        })
    })
}

fn kind_of_block(kind: &str) -> Option<Unbounded> {
    match kind {
        "text" | "tool_use" | "tool_result" | "thinking" | "redacted_thinking" | "search_result"
        | "compaction" => None,
        "document" | "container_upload" => Some(Unbounded::File),
        // What they found comes back encrypted and compressed: its bytes bound nothing.
        "server_tool_use" | "mcp_tool_use" | "tool_reference" => Some(Unbounded::HostedTool),
        _ if kind.ends_with("_tool_result") => Some(Unbounded::HostedTool),
        _ => Some(Unbounded::OtherPart),
    }
}
