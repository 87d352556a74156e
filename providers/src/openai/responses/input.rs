//! Looks through `input` without keeping it.

use std::borrow::Cow;

use super::body::Cache;
use crate::{
    image::{Detail, Image, Images},
    openai::Unbounded,
    walk::Walker,
};

/// What was seen on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) has_input: bool,
    pub(super) items: u32,
    pub(super) tools: u32,
    /// Tools that the provider describes to the model in words of its own.
    pub(super) described_tools: u32,
    /// Thoughts of which the request holds the id alone.
    pub(super) kept_thoughts: u32,
    pub(super) images: Images,
    pub(super) unbounded: Option<Unbounded>,
}

impl Seen {
    pub(super) fn note(&mut self, found: Option<Unbounded>) {
        self.unbounded = Unbounded::worse(self.unbounded, found);
    }

    /// `input`; None when it is neither a text nor a list of items.
    pub(super) fn input(&mut self, value: &[u8]) -> Option<()> {
        let mut walker = Walker::new(value);
        match walker.peek()? {
            b'n' => Some(()),
            b'"' => {
                self.has_input = true;
                self.items = 1;
                Some(())
            }
            _ => {
                self.has_input = true;
                walker.array(|walker| self.item(walker))
            }
        }
    }

    fn item(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        self.items = self.items.saturating_add(1);
        let (mut kind, mut has_role, mut has_thought) = (None, false, false);
        walker.object(|walker, key| match (key.decoded()?.as_ref(), walker.peek()?) {
            // Which of two an upstream obeys is unknown, so two are none.
            ("type", _) if kind.is_some() => None,
            ("type", b'"') => {
                kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            ("role", b'"') => {
                has_role = true;
                walker.string().map(|_| ())
            }
            ("encrypted_content", b'"') => {
                has_thought = true;
                walker.string().map(|_| ())
            }
            // Of a screen, one object; its item's kind says so.
            ("output", b'{') => walker.value().map(|_| ()),
            ("content" | "output", _) => self.content(walker),
            ("tools", _) => self.tools(walker.value()?),
            _ => walker.value().map(|_| ()),
        })?;
        let kind = kind.unwrap_or(Cow::Borrowed(if has_role { "message" } else { "item_reference" }));
        self.kept_thoughts += u32::from(kind == "reasoning" && !has_thought);
        self.note(kind_of_item(&kind));
        Some(())
    }

    /// A text, null, or a list of parts.
    fn content(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        match walker.peek()? {
            b'"' | b'n' => walker.value().map(|_| ()),
            b'[' => walker.array(|walker| self.part(walker)),
            _ => None,
        }
    }

    fn part(&mut self, walker: &mut Walker<'_>) -> Option<()> {
        let mut part = Part::default();
        walker.object(|walker, key| {
            // Which of two an upstream obeys is unknown, so two are none.
            let place = match key.decoded()?.as_ref() {
                "type" => &mut part.kind,
                "image_url" => &mut part.image_url,
                "file_id" => &mut part.file_id,
                "detail" => &mut part.detail,
                "file_url" | "file_data" | "input_audio" => {
                    part.has_other |= walker.is_present()?;
                    return Some(());
                }
                "prompt_cache_breakpoint" if walker.peek()? == b'{' => {
                    let cache: Cache = serde_json::from_slice(walker.value()?).ok()?;
                    self.note(cache.unbounded());
                    return Some(());
                }
                _ => return walker.value().map(|_| ()),
            };
            if walker.peek()? != b'"' {
                return walker.value().map(|_| ());
            }
            let is_first = place.replace(walker.string()?.decoded()?).is_none();
            is_first.then_some(())
        })?;
        match part.image() {
            Some(Ok(image)) => self.images.push(image),
            Some(Err(unbounded)) => self.note(Some(unbounded)),
            None => self.note(part.unbounded()),
        }
        Some(())
    }
}

/// What a part of a content says of itself.
#[derive(Default)]
struct Part<'a> {
    kind: Option<Cow<'a, str>>,
    image_url: Option<Cow<'a, str>>,
    file_id: Option<Cow<'a, str>>,
    detail: Option<Cow<'a, str>>,
    /// It holds a file or a sound.
    has_other: bool,
}

impl Part<'_> {
    /// The image that it is; None for another part.
    fn image(&self) -> Option<Result<Image, Unbounded>> {
        if self.kind.as_deref() != Some("input_image") || self.has_other {
            return None;
        }
        let detail = Detail::of(self.detail.as_deref());
        let image = match (&self.image_url, &self.file_id) {
            (Some(url), None) => Image::of_url(url, detail),
            (None, Some(_)) => Some(Image::elsewhere(detail)),
            _ => None,
        };
        Some(image.ok_or(Unbounded::UnknownImage))
    }

    /// A server may go by what is there rather than by what it is called.
    fn unbounded(&self) -> Option<Unbounded> {
        match self.kind.as_deref() {
            Some("input_file") => Some(Unbounded::File),
            Some("input_audio" | "output_audio") => Some(Unbounded::Audio),
            Some("input_video") => Some(Unbounded::Video),
            Some("computer_screenshot") => Some(Unbounded::Image),
            _ if self.image_url.is_some() => Some(Unbounded::UnknownImage),
            _ if self.file_id.is_some() || self.has_other => Some(Unbounded::File),
            None
            | Some("input_text" | "output_text" | "text" | "refusal" | "summary_text" | "reasoning_text") => {
                None
            }
            Some(_) => Some(Unbounded::OtherPart),
        }
    }
}

fn kind_of_item(kind: &str) -> Option<Unbounded> {
    match kind {
        "message"
        | "reasoning"
        | "function_call"
        | "function_call_output"
        | "custom_tool_call"
        | "custom_tool_call_output"
        | "local_shell_call"
        | "local_shell_call_output"
        | "shell_call"
        | "shell_call_output"
        | "apply_patch_call"
        | "apply_patch_call_output"
        | "computer_call"
        | "tool_search_call"
        | "tool_search_output"
        | "additional_tools" => None,
        // What it stands for is at the provider, or encrypted and compressed.
        "item_reference" | "compaction" => Some(Unbounded::KeptConversation),
        "compaction_trigger" => Some(Unbounded::FurtherPasses),
        "computer_call_output" | "image_generation_call" => Some(Unbounded::Image),
        "web_search_call" | "file_search_call" | "code_interpreter_call" | "program" | "program_output" => {
            Some(Unbounded::HostedTool)
        }
        _ if kind.starts_with("mcp_") => Some(Unbounded::HostedTool),
        _ => Some(Unbounded::OtherPart),
    }
}
