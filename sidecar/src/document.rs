//! Open documents. A snapshot is immutable: whoever works on one holds no lock and sees no edit.

use std::{collections::HashMap, sync::Arc};

use protocol::editor::{TextPosition, TextRange};
use url::Url;

use crate::completion::position::offset_at;

/// Beyond this, text is not kept: completions are off there anyway.
const DOCUMENT_BYTES_MAX: usize = 16 << 20;

#[derive(Clone)]
pub struct Document {
    pub uri: Url,
    pub language: Arc<str>,
    pub version: i32,
    pub text: Arc<String>,
    /// Grows with every open and edit of any document: how recently this one was worked on.
    pub touched: u64,
}

/// One change of `textDocument/didChange`; without a range it replaces all.
pub struct Edit {
    pub range: Option<TextRange>,
    pub text: String,
}

#[derive(Default)]
pub struct Documents {
    open: HashMap<Url, Document>,
    clock: u64,
}

impl Documents {
    pub fn open(&mut self, uri: Url, language: &str, version: i32, text: String) {
        let document = Document {
            uri: uri.clone(),
            language: language.into(),
            version,
            text: Arc::new(within_limit(text)),
            touched: self.tick(),
        };
        self.open.insert(uri, document);
    }

    pub fn change(&mut self, uri: &Url, version: i32, edits: Vec<Edit>) {
        let touched = self.tick();
        let Some(document) = self.open.get_mut(uri) else {
            tracing::warn!("An edit came for a document that is not open");
            return;
        };
        for edit in edits {
            apply(&mut document.text, edit);
        }
        document.version = version;
        document.touched = touched;
    }

    pub fn close(&mut self, uri: &Url) {
        self.open.remove(uri);
    }

    pub fn get(&self, uri: &Url) -> Option<Document> {
        self.open.get(uri).cloned()
    }

    /// All but one, the most recently touched first.
    pub fn others(&self, uri: &Url) -> Vec<Document> {
        let mut others: Vec<_> = self
            .open
            .values()
            .filter(|document| document.uri != *uri)
            .cloned()
            .collect();
        others.sort_by_key(|document| std::cmp::Reverse(document.touched));
        others
    }

    const fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }
}

fn apply(text: &mut Arc<String>, edit: Edit) {
    let Some(range) = edit.range else {
        *text = Arc::new(within_limit(edit.text));
        return;
    };
    let start = offset_at(text, range.start);
    let end = offset_at(text, range.end).max(start);
    if text.len() - (end - start) + edit.text.len() > DOCUMENT_BYTES_MAX {
        *text = Arc::new(String::new());
        return;
    }
    Arc::make_mut(text).replace_range(start..end, &edit.text);
}

fn within_limit(text: String) -> String {
    if text.len() > DOCUMENT_BYTES_MAX {
        String::new()
    } else {
        text
    }
}

/// The part of a text that a range covers.
pub fn slice(text: &str, range: TextRange) -> &str {
    let start = offset_at(text, range.start);
    let end = offset_at(text, range.end).max(start);
    &text[start..end]
}

/// An LSP position, as we say it.
pub const fn position(position: tower_lsp::lsp_types::Position) -> TextPosition {
    TextPosition {
        line: position.line,
        character: position.character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri() -> Url {
        Url::parse("file:///a.rs").unwrap()
    }

    fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> Edit {
        let at = |(line, character)| TextPosition { line, character };
        Edit {
            range: Some(TextRange {
                start: at(start),
                end: at(end),
            }),
            text: text.into(),
        }
    }

    #[test]
    fn edits_apply_in_order_and_leave_snapshots_alone() {
        let mut documents = Documents::default();
        documents.open(uri(), "rust", 1, "é😀x\r\nb\n".into());
        let before = documents.get(&uri()).unwrap();
        documents.change(
            &uri(),
            2,
            vec![
                edit((0, 3), (0, 4), "y"),
                edit((1, 1), (1, 99), "c"),
                edit((9, 0), (9, 0), "end"),
            ],
        );
        let after = documents.get(&uri()).unwrap();
        assert_eq!(after.text.as_str(), "é😀y\r\nbc\nend");
        assert_eq!(before.text.as_str(), "é😀x\r\nb\n");
        assert_eq!(after.version, 2);
    }

    #[test]
    fn others_come_most_recent_first() {
        let mut documents = Documents::default();
        let url = |name: &str| Url::parse(&format!("file:///{name}")).unwrap();
        for name in ["a", "b", "c"] {
            documents.open(url(name), "x", 1, String::new());
        }
        documents.change(&url("a"), 2, vec![]);
        let names: Vec<_> = documents
            .others(&url("b"))
            .iter()
            .map(|d| d.uri.path().to_owned())
            .collect();
        assert_eq!(names, ["/a", "/c"]);
    }
}
