//! Any server that speaks one of the two dialects, with nothing else known about it.

use super::{Dialect, Provider};
use crate::{fim::NativeSuffix, openai::CapField};

pub(super) const SERVER: Provider = Provider {
    name: "openai-compatible",
    base_url: None,
    api_key_env: None,
    dialect: Dialect::OpenAi,
    pricing_id: None,
    cap_field: CapField::MaxTokens,
    speaks_chat: true,
    speaks_completions: true,
    speaks_embeddings: true,
    speaks_responses: false,
    takes_stream_options: true,
    states_cost: false,
    billing: None,
    native_suffix: NativeSuffix::Never,
};

pub(super) static OPENAI_COMPATIBLE: Provider = SERVER;

pub(super) static ANTHROPIC_COMPATIBLE: Provider = Provider {
    name: "anthropic-compatible",
    dialect: Dialect::Anthropic,
    speaks_chat: false,
    speaks_completions: false,
    speaks_embeddings: false,
    ..SERVER
};
