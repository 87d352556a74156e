use protocol::{Code, Problem};

/// Something in a request whose cost no price by the token bounds.
///
/// The gateway refuses it before a hold, unless the model is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// An image at a model for which nobody publishes how it counts images.
    Image,
    /// What is said to be an image and cannot be recognised as one.
    UnknownImage,
    Audio,
    File,
    Video,
    /// A part of a message of a kind that we do not know.
    OtherPart,
    /// Marks that the provider puts into a document to quote from it.
    Citations,
    /// A tool that runs at the provider, for a fee.
    HostedTool,
    WebSearch,
    /// A service tier that may cost more and has no known price.
    ServiceTier,
    /// A prompt cache for an hour, at a model without a known price for it.
    HourOfCache,
    /// A faster mode with a price of its own.
    Speed,
    /// A place of computing with a price of its own.
    Region,
    /// A mode of reasoning with a price of its own.
    ReasoningMode,
    /// A lifetime of the prompt cache with a price of its own.
    CacheLifetime,
    /// Further passes of the model over the conversation, which no output cap limits.
    FurtherPasses,
    /// A conversation that the provider keeps, of which the request holds only the end.
    KeptConversation,
    /// Other models that the provider may take instead.
    OtherModels,
    AudioOutput,
}

impl Unbounded {
    /// Whether it is read like text, so that no more of it is paid for than a model can read at
    /// once. What has a fee, a rate or an output of its own is not.
    pub const fn fits_the_window(self) -> bool {
        matches!(self, Self::Image | Self::File | Self::Citations)
    }

    /// The first of the two, unless only the second one knows no bound at all.
    pub(crate) fn worse(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(first), Some(second)) if first.fits_the_window() && !second.fits_the_window() => {
                Some(second)
            }
            (first, second) => first.or(second),
        }
    }

    pub fn problem(self) -> Problem {
        let (what, hint) = match self {
            Self::Image => (
                "images for this model",
                "Send text only, choose a model that is known to see, or have the gateway's owner set `image_tokens_max` or `context_window` of this model.",
            ),
            Self::UnknownImage => (
                "an image of this kind",
                "Send a PNG, JPEG, GIF or WebP image in base64, or its https address.",
            ),
            Self::Audio => ("audio in a message", "Send text only."),
            Self::File => (
                "files in a message",
                "Send the file's text instead, or have the gateway's owner set `context_window` of this model.",
            ),
            Self::Video => ("video in a message", "Send text only."),
            Self::Citations => (
                "citations from a document",
                "Leave `citations` of the document out.",
            ),
            Self::OtherPart => ("message parts that are not text", "Send text only."),
            Self::HostedTool => (
                "tools that run at the provider",
                "Use only tools that your own program runs.",
            ),
            Self::WebSearch => (
                "web search at the provider",
                "Leave the search and its options out.",
            ),
            Self::ServiceTier => (
                "this service tier for this model",
                "Leave `service_tier` out, or ask for `default` or `flex`.",
            ),
            Self::HourOfCache => (
                "a prompt cache of one hour for this model",
                "Leave `ttl` out of `cache_control`, or have the gateway's owner set `cache_write_1h` in the model's price.",
            ),
            Self::Speed => ("a faster mode with a price of its own", "Leave `speed` out."),
            Self::Region => ("a region with a price of its own", "Leave `inference_geo` out."),
            Self::ReasoningMode => (
                "a mode of reasoning with a price of its own",
                "Leave `mode` out of `reasoning`.",
            ),
            Self::CacheLifetime => (
                "a prompt cache that is kept for longer than usual",
                "Leave `ttl` out of `prompt_cache_options` and `prompt_cache_breakpoint`.",
            ),
            Self::FurtherPasses => (
                "compaction at the provider",
                "Leave `compaction` out, and its edits in `context_management`.",
            ),
            Self::KeptConversation => (
                "a conversation that the provider keeps",
                "Leave out what refers to it (`previous_response_id`, `conversation`, `prompt`, `item_reference`, \
                 `thread`) and send the whole conversation.",
            ),
            Self::OtherModels => ("a list of models to choose from", "Name one model in `model`."),
            Self::AudioOutput => ("audio in the answer", "Leave `modalities` and `audio` out."),
        };
        let message = format!("This gateway cannot bound the cost of {what}, so the request was not sent.");
        Problem::new(Code::InvalidRequest, message).with_hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_bound_at_all_is_never_hidden_behind_what_has_one() {
        use Unbounded::{Audio, File, Video};
        let cases = [
            (None, None, None),
            (Some(File), None, Some(File)),
            (None, Some(File), Some(File)),
            (Some(File), Some(Audio), Some(Audio)),
            (Some(Audio), Some(File), Some(Audio)),
            (Some(Audio), Some(Video), Some(Audio)),
        ];
        for (first, second, worse) in cases {
            assert_eq!(Unbounded::worse(first, second), worse, "{first:?} {second:?}");
        }
    }
}
