use protocol::{Code, Problem};

/// Something in a request whose cost no price by the token bounds.
///
/// The gateway refuses it before a hold, unless the model is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded {
    Image,
    Audio,
    File,
    Video,
    /// A part of a message of a kind that we do not know.
    OtherPart,
    /// A tool that runs at the provider, for a fee.
    HostedTool,
    WebSearch,
    /// A service tier with a price of its own.
    ServiceTier,
    /// Other models that the provider may take instead.
    OtherModels,
    AudioOutput,
}

impl Unbounded {
    pub fn problem(self) -> Problem {
        let (what, hint) = match self {
            Self::Image => ("images in a message", "Send text only."),
            Self::Audio => ("audio in a message", "Send text only."),
            Self::File => ("files in a message", "Send the file's text instead."),
            Self::Video => ("video in a message", "Send text only."),
            Self::OtherPart => ("message parts that are not text", "Send text only."),
            Self::HostedTool => (
                "tools that run at the provider",
                "Use tools of type `function`, which your own program runs.",
            ),
            Self::WebSearch => ("web search at the provider", "Leave the search options out."),
            Self::ServiceTier => (
                "a service tier with a price of its own",
                "Leave `service_tier` out, or set it to `default`.",
            ),
            Self::OtherModels => ("a list of models to choose from", "Name one model in `model`."),
            Self::AudioOutput => ("audio in the answer", "Leave `modalities` and `audio` out."),
        };
        let message = format!("This gateway cannot bound the cost of {what}, so the request was not sent.");
        Problem::new(Code::InvalidRequest, message).with_hint(hint)
    }
}
