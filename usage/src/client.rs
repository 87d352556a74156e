use serde::{Deserialize, Serialize};

/// An assistant whose logs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Client {
    Claude,
    Codex,
    Gemini,
    OpenCode,
    Cursor,
    Copilot,
    Amp,
    Qwen,
    Kimi,
    Droid,
    Pi,
    Goose,
    Roo,
    Kilo,
    Cline,
    Zed,
    TokenTracker,
    /// What a person entered by hand.
    Manual,
    /// What jobs recorded.
    Ci,
}

impl Client {
    pub const ALL: [Self; 19] = [
        Self::Claude,
        Self::Codex,
        Self::Gemini,
        Self::OpenCode,
        Self::Cursor,
        Self::Copilot,
        Self::Amp,
        Self::Qwen,
        Self::Kimi,
        Self::Droid,
        Self::Pi,
        Self::Goose,
        Self::Roo,
        Self::Kilo,
        Self::Cline,
        Self::Zed,
        Self::TokenTracker,
        Self::Manual,
        Self::Ci,
    ];

    /// As rows and options write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::OpenCode => "opencode",
            Self::Cursor => "cursor",
            Self::Copilot => "copilot",
            Self::Amp => "amp",
            Self::Qwen => "qwen",
            Self::Kimi => "kimi",
            Self::Droid => "droid",
            Self::Pi => "pi",
            Self::Goose => "goose",
            Self::Roo => "roo",
            Self::Kilo => "kilo",
            Self::Cline => "cline",
            Self::Zed => "zed",
            Self::TokenTracker => "token-tracker",
            Self::Manual => "manual",
            Self::Ci => "ci",
        }
    }

    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.name() == name)
    }
}
