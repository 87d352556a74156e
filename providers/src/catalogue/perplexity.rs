//! Perplexity's Agent API, which speaks the Responses dialect and says itself what an answer costs.
//! Its older chat route has ended.

use super::{Provider, chat_only};

pub(super) static PERPLEXITY: Provider = Provider {
    speaks_chat: false,
    speaks_responses: true,
    states_cost: true,
    ..chat_only(
        "perplexity",
        "https://api.perplexity.ai/v1",
        "PERPLEXITY_API_KEY",
        "perplexity",
    )
};

#[cfg(test)]
mod tests {
    use protocol::Money;

    use crate::openai::{
        responses::{EventScanner, scan_answer},
        scan_answer as scan_chat,
    };

    const USAGE: &str = r#"{"input_tokens":9,"output_tokens":3,"total_tokens":12,
        "input_tokens_details":{"cache_read_input_tokens":0,"cache_creation_input_tokens":0},
        "tool_calls_details":{"search_web":{"invocation":1}},
        "cost":{"currency":"USD","input_cost":0.1,"output_cost":0.2,"cache_read_cost":0,
        "cache_creation_cost":0,"tool_calls_cost":0.005,"total_cost":0.305}}"#;

    #[test]
    fn an_answer_says_what_it_costs() {
        let whole = format!(
            r#"{{"id":"resp_1","object":"response","status":"completed","model":"perplexity/sonar",
            "output":[{{"type":"message","content":[{{"type":"output_text","text":"hi"}}]}}],"usage":{USAGE}}}"#
        );
        let info = scan_answer(whole.as_bytes());
        assert_eq!(info.usage.unwrap().input_tokens, 9);
        assert_eq!(info.billing.stated_cost, Some(Money::from_nano_usd(305_000_000)));
    }

    #[test]
    fn a_stream_says_it_at_its_end_and_its_own_events_say_nothing() {
        let usage = USAGE.replace('\n', "");
        let mut scanner = EventScanner::new();
        let mut cost = None;
        for (name, data) in [
            (
                "response.created",
                r#"{"type":"response.created","response":{"id":"resp_1","status":"in_progress"}}"#.to_owned(),
            ),
            (
                "response.reasoning.search_queries",
                r#"{"type":"response.reasoning.search_queries","queries":["a"]}"#.into(),
            ),
            (
                "response.output_text.delta",
                r#"{"type":"response.output_text.delta","output_index":0,"delta":"hi"}"#.into(),
            ),
            (
                "response.completed",
                format!(
                    r#"{{"type":"response.completed","response":{{"id":"resp_1","status":"completed","usage":{usage}}}}}"#
                ),
            ),
        ] {
            let event = format!("event: {name}\ndata: {data}\n\n");
            let info = scanner.scan(event.as_bytes());
            assert!(!info.malformed && !info.error, "{name}");
            cost = info.billing.stated_cost.or(cost);
        }
        assert_eq!(cost, Some(Money::from_nano_usd(305_000_000)));
    }

    #[test]
    fn recorded_answers_of_the_old_route_are_still_read() {
        let info = scan_chat(
            br#"{"id":"a","model":"sonar","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}],
            "usage":{"prompt_tokens":14,"completion_tokens":10,"total_tokens":24,"search_context_size":"low","num_search_queries":2,
            "citation_tokens":100,"reasoning_tokens":50,
            "cost":{"input_tokens_cost":0.0,"output_tokens_cost":0.0,"request_cost":0.005,"total_cost":0.005}}}"#,
        );
        assert_eq!(info.usage.unwrap().output_tokens, 160);
        assert_eq!(info.billing.stated_cost, Some(Money::from_nano_usd(5_000_000)));
    }
}
