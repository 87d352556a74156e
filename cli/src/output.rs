//! What a command prints when it succeeds: the same facts as text and as JSON.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use serde::Serialize;

use crate::{failure::ExitStatus, hidden};

/// Holds both forms, so that nothing reaches standard output before the command has succeeded.
#[derive(Debug)]
pub struct Output {
    text: String,
    json: String,
    status: ExitStatus,
}

impl Output {
    /// Pairs what a person reads with what a program reads.
    pub fn new(text: impl Into<String>, json: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self {
            text: text.into(),
            json: serde_json::to_string(json)?,
            status: ExitStatus::Done,
        })
    }

    /// One of both forms, where the other would cost as much again.
    pub fn either(
        is_json: bool,
        text: impl FnOnce() -> String,
        json: &impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            text: if is_json { String::new() } else { text() },
            json: if is_json {
                serde_json::to_string(json)?
            } else {
                String::new()
            },
            status: ExitStatus::Done,
        })
    }

    /// Everything has been written already.
    pub fn nothing() -> Self {
        Self {
            text: String::new(),
            json: String::new(),
            status: ExitStatus::Done,
        }
    }

    /// The command did its work, and its finding is bad news: a ledger with differences.
    pub fn with_status(mut self, status: ExitStatus) -> Self {
        self.status = status;
        self
    }

    pub fn status(&self) -> ExitStatus {
        self.status
    }

    /// Prints one form. A reader that has seen enough (`| head`) is not an error.
    pub fn print(&self, json: bool) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        let shown = match json {
            true => Cow::Borrowed(self.json.as_str()),
            false => hidden::screen(self.text.trim_end()),
        };
        if shown.is_empty() {
            return Ok(());
        }
        match writeln!(stdout, "{shown}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
