//! `usageMetadata` of the Gemini API; streams have it in every chunk, the last one is the whole.

use protocol::TokenUsage;
use serde::Deserialize;

use super::answers::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    usage_metadata: Option<Counts>,
    model_version: Option<String>,
    response_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Counts {
    /// With what came from the cache, without the results of tools.
    prompt_token_count: u64,
    cached_content_token_count: u64,
    tool_use_prompt_token_count: u64,
    /// Without thoughts.
    candidates_token_count: u64,
    thoughts_token_count: u64,
}

/// What a chunk of a stream says of the stream.
#[derive(Default)]
pub struct Chunk {
    pub id: Option<String>,
    /// It says why the model stopped.
    pub is_last: bool,
}

pub fn chunk(object: &[u8]) -> Chunk {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Candidate {
        finish_reason: Option<serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Response {
        response_id: Option<String>,
        #[serde(default)]
        candidates: Vec<Candidate>,
    }
    let response: Option<Response> = serde_json::from_slice(object).ok();
    response.map_or_else(Chunk::default, |response| Chunk {
        id: response.response_id,
        is_last: response
            .candidates
            .iter()
            .any(|candidate| candidate.finish_reason.is_some()),
    })
}

/// None: no such response, or its counts contradict each other.
pub fn read(object: &[u8]) -> Option<Answer> {
    let response: Response = serde_json::from_slice(object).ok()?;
    let counts = response.usage_metadata?;
    let prompt = counts
        .prompt_token_count
        .checked_add(counts.tool_use_prompt_token_count)?;
    let output = counts
        .candidates_token_count
        .checked_add(counts.thoughts_token_count)?;
    Some(Answer {
        provider: "google",
        model: response.model_version,
        id: response.response_id,
        at: None,
        usage: TokenUsage {
            input_tokens: prompt.checked_sub(counts.cached_content_token_count)?,
            output_tokens: output,
            cache_read_tokens: counts.cached_content_token_count,
            cache_write_tokens: 0,
            reasoning_tokens: counts.thoughts_token_count,
        },
        billing: providers::answer::Billing::default(),
    })
}
