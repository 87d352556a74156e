//! What the built-in chat model says.

const ANYONE: &str = "I am Token Tracker's **built-in** answer, not a language model: I can tell you how this gateway \
    is used, and nothing else.";

const SETUP: &str = "To chat with a real model, the gateway's owner sets one of `OPENAI_API_KEY`, \
    `OPENROUTER_API_KEY`, `GROQ_API_KEY`, `MISTRAL_API_KEY`, `DEEPSEEK_API_KEY` or `GEMINI_API_KEY` before \
    `token-tracker serve`, or runs Ollama or a llama.cpp server on the same machine, which is found by itself. Any other \
    OpenAI-compatible server goes into the configuration file:\n\n\
    ```toml\n\
    [[upstream]]\n\
    name = \"local\"\n\
    base_url = \"http://127.0.0.1:8080/v1\"\n\n\
    [[model]]\n\
    id = \"coder\"\n\
    upstream = \"local\"\n\
    price = \"free\"\n\
    ```\n\n\
    Restart the gateway, and the model appears in the list.";

const BALANCE: &str = "Your balance stands in the status bar, and `token-tracker balance` prints it. Every answer \
    shows the tokens it used and what they cost; `token-tracker usage` adds them up by day, model or branch. When the \
    credit is used up, redeem another token key or ask the gateway's owner for more.";

const KEYS: &str = "The gateway's owner makes a token key with `token-tracker keys mint --credit 5.00` and hands it on. \
    Whoever gets it runs **Token Tracker: Redeem Token Key** in the editor and pastes it; from then on the device has a \
    credential of its own, and the key can be revoked at any time.";

const COMPLETIONS: &str = "While no model for completions is configured, suggestions come from `builtin/lookup`: it \
    continues with what followed similar code before in this file and in other open ones. It says nothing where \
    nothing similar was written yet, so type a few lines first.";

/// Words that show what a question is about.
const TOPICS: [(&[&str], &str); 3] = [
    (
        &[
            "balance", "credit", "cost", "spent", "spend", "price", "money", "usage", "bill",
        ],
        BALANCE,
    ),
    (
        &[
            "key", "redeem", "invite", "share", "mint", "revoke", "device", "teammate",
        ],
        KEYS,
    ),
    (
        &[
            "completion",
            "complete",
            "suggest",
            "ghost",
            "inline",
            "autocomplete",
            "tab",
        ],
        COMPLETIONS,
    ),
];

/// The answer to a question: what this is, what the question seems to be about, what to configure.
pub(super) fn answer(question: &str) -> String {
    let question = question.to_lowercase();
    let words: Vec<&str> = question.split(|one: char| !one.is_alphanumeric()).collect();
    let asked = |hints: &&[&str]| {
        words
            .iter()
            .any(|word| hints.iter().any(|hint| is_form_of(word, hint)))
    };
    let topics = TOPICS
        .iter()
        .filter(|(hints, _)| asked(hints))
        .map(|(_, text)| *text);
    let parts: Vec<&str> = [ANYONE].into_iter().chain(topics).chain([SETUP]).collect();
    parts.join("\n\n")
}

/// Also the plural.
fn is_form_of(word: &str, hint: &str) -> bool {
    word == hint || word.strip_suffix('s') == Some(hint)
}
