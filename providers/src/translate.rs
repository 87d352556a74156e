//! Between the OpenAI-compatible dialect and Anthropic's, both ways: pure functions over bytes.
//!
//! - [`chat_to_messages`], [`messages_to_chat`]: requests. What the other dialect has no word for
//!   is a [`Problem`](protocol::Problem) that names the field, before anything is sent; what is
//!   left out without a word is listed beside the code that does it, with the reason.
//! - [`chat_answer`], [`messages_answer`]: whole answers, in the dialect of the name.
//! - [`StreamToChat`], [`StreamToMessages`]: streams, event by event.
//!
//! And from the Responses API to either: [`responses_to_chat`] (the way on to Anthropic's leads
//! through [`chat_to_messages`]), [`response_of_chat`], [`response_of_messages`],
//! [`StreamToResponse`], [`MessagesToResponse`].
//!
//! None of this is on the path of a request whose dialect is that of its upstream.

mod answer;
mod asked;
mod chain;
mod items_to_chat;
mod media;
mod object;
mod parts_to_chat;
mod request_to_chat;
mod request_to_messages;
mod response_answer;
mod response_items;
mod response_tools;
mod responses_to_chat;
mod stream_to_chat;
mod stream_to_messages;
mod stream_to_response;
mod thinking;
mod tools;
mod turns_to_chat;
mod turns_to_messages;
mod usage;

pub use answer::{chat_answer, messages_answer};
pub use asked::Asked;
pub use chain::MessagesToResponse;
pub use request_to_chat::messages_to_chat;
pub use request_to_messages::chat_to_messages;
pub use response_answer::{response_of_chat, response_of_messages};
pub use responses_to_chat::responses_to_chat;
pub use stream_to_chat::StreamToChat;
pub use stream_to_messages::StreamToMessages;
pub use stream_to_response::StreamToResponse;
