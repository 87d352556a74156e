//! Between the dialects, both ways.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod any_input;
#[cfg(test)]
mod heard;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod response_answers;
#[cfg(test)]
mod response_requests;
#[cfg(test)]
mod streams;

use serde_json::Value;

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}
