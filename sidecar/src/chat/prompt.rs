use std::path::PathBuf;

use protocol::editor::{ChatMessage, ChatRole};
use serde_json::{Value, json};

const SYSTEM: &str = "You are a programming assistant inside a code editor. Answer briefly and in \
    Markdown. Put code into fenced blocks that name their language.";
/// Where the context window is not known.
const WINDOW_TOKENS: u64 = 32_000;
/// Text and code take at least so many bytes for a token, on average.
const BYTES_PER_TOKEN: u64 = 3;
const PROMPT_BYTES_MAX: u64 = 600_000;

/// A file, or a part of one, that comes with a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Where the file is on this machine, to find its repository.
    pub file: Option<PathBuf>,
    /// What the model is told: below the workspace folder, never an absolute path.
    pub name: String,
    pub language: String,
    pub content: Content,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// Still to be read.
    OnDisk,
    /// The file may hold secrets, or cannot be read as text.
    #[default]
    LeftOut,
}

/// The messages of a request: as much history as fits, then the question with its files.
pub fn messages(
    history: &[ChatMessage],
    question: &str,
    attachments: &[Attachment],
    window_tokens: Option<u64>,
) -> Vec<Value> {
    // A quarter is left for the answer.
    let budget = window_tokens.unwrap_or(WINDOW_TOKENS) / 4 * 3 * BYTES_PER_TOKEN;
    let budget = usize::try_from(budget.min(PROMPT_BYTES_MAX)).unwrap_or(usize::MAX);
    let asked = with_files(question, attachments, budget.saturating_sub(question.len()));
    let mut rest = budget.saturating_sub(asked.len());
    let kept = history.iter().rev().take_while(|message| {
        let fits = message.text.len() <= rest;
        rest = rest.saturating_sub(message.text.len());
        fits
    });
    let mut kept: Vec<Value> = kept
        .map(|message| json!({"role": role(message.role), "content": message.text}))
        .collect();
    kept.push(json!({"role": "system", "content": SYSTEM}));
    kept.reverse();
    kept.push(json!({"role": "user", "content": asked}));
    kept
}

const fn role(role: ChatRole) -> &'static str {
    match role {
        ChatRole::User => "user",
        ChatRole::Assistant => "assistant",
    }
}

fn with_files(question: &str, attachments: &[Attachment], mut budget: usize) -> String {
    let mut text = String::new();
    for Attachment {
        name,
        language,
        content,
        ..
    } in attachments
    {
        let Content::Text(content) = content else {
            text.push_str(&format!(
                "File {name}: left out, it may hold secrets or is no text.\n\n"
            ));
            continue;
        };
        let end = content.floor_char_boundary(budget.min(content.len()));
        budget -= end;
        let cut = if end < content.len() { " (cut)" } else { "" };
        let fence = fence_for(content);
        let content = &content[..end];
        text.push_str(&format!(
            "File {name}{cut}:\n{fence}{language}\n{content}\n{fence}\n\n"
        ));
    }
    text.push_str(question);
    text
}

/// A fence that the content does not contain.
fn fence_for(content: &str) -> String {
    let mut fence = String::from("```");
    while content.contains(&fence) {
        fence.push('`');
    }
    fence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: ChatRole, text: &str) -> ChatMessage {
        ChatMessage {
            message_id: String::new(),
            role,
            text: text.into(),
            at: String::new(),
            receipt: None,
        }
    }

    #[test]
    fn history_comes_in_order_and_the_oldest_is_dropped_first() {
        let history = [
            message(ChatRole::User, &"x".repeat(300)),
            message(ChatRole::Assistant, "second"),
            message(ChatRole::User, "third"),
        ];
        let seen: Vec<_> = messages(&history, "now", &[], Some(100))
            .iter()
            .map(|message| message["content"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(seen, [SYSTEM, "second", "third", "now"]);
    }

    #[test]
    fn files_are_fenced_and_secret_ones_left_out() {
        let file = |name: &str, text: Option<&str>| Attachment {
            name: name.into(),
            language: "rust".into(),
            content: text.map_or(Content::LeftOut, |text| Content::Text(text.into())),
            ..Attachment::default()
        };
        let files = [file("a.rs", Some("let a = \"```\";")), file(".env", None)];
        let asked = with_files("Why?", &files, 1000);
        assert_eq!(
            asked,
            "File a.rs:\n````rust\nlet a = \"```\";\n````\n\nFile .env: left out, it may hold secrets or is no text.\n\nWhy?"
        );
    }
}
