/// The field that limits the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapField {
    /// Legacy completions, and chat everywhere but at OpenAI itself.
    MaxTokens,
    /// Chat at OpenAI.
    MaxCompletionTokens,
}

impl CapField {
    pub const fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}
