//! Services that differ from the plain dialect in nothing but their address.

use super::{Provider, chat_only};

pub(super) static TOGETHER: Provider = Provider {
    speaks_completions: true,
    speaks_embeddings: true,
    ..chat_only(
        "together",
        "https://api.together.xyz/v1",
        "TOGETHER_API_KEY",
        "together",
    )
};

pub(super) static FIREWORKS: Provider = Provider {
    speaks_completions: true,
    speaks_embeddings: true,
    ..chat_only(
        "fireworks",
        "https://api.fireworks.ai/inference/v1",
        "FIREWORKS_API_KEY",
        "fireworks",
    )
};

pub(super) static CEREBRAS: Provider = chat_only(
    "cerebras",
    "https://api.cerebras.ai/v1",
    "CEREBRAS_API_KEY",
    "cerebras",
);

pub(super) static XAI: Provider = chat_only("xai", "https://api.x.ai/v1", "XAI_API_KEY", "x-ai");

pub(super) static MOONSHOT: Provider = chat_only(
    "moonshot",
    "https://api.moonshot.ai/v1",
    "MOONSHOT_API_KEY",
    "moonshotai",
);

pub(super) static NOVITA: Provider = chat_only(
    "novita",
    "https://api.novita.ai/v3/openai",
    "NOVITA_API_KEY",
    "novita",
);

pub(super) static ZAI: Provider = chat_only("zai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", "zai");
