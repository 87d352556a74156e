//! A completion's stream, line by line: server-sent events, and the comment that holds the receipt.

use protocol::{Code, Problem};
use reqwest::Response;

use crate::call;

/// No event of a completion comes near this; a longer line is not one.
const LINE_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Data(String),
    /// The JSON of `: receipt {json}`.
    Receipt(String),
}

pub struct Lines {
    response: Response,
    buffer: Vec<u8>,
    ended: bool,
}

impl Lines {
    pub fn new(response: Response) -> Self {
        Self {
            response,
            buffer: Vec::new(),
            ended: false,
        }
    }

    /// The next line that says something; None at the end of the stream.
    pub async fn next(&mut self) -> Result<Option<Line>, Problem> {
        loop {
            while let Some(line) = take_line(&mut self.buffer, self.ended) {
                if let Some(line) = read_line(&line) {
                    return Ok(Some(line));
                }
            }
            if self.ended {
                return Ok(None);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Problem> {
        match self.response.chunk().await {
            Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
            Ok(None) => self.ended = true,
            Err(error) => return Err(call::unreachable(&error)),
        }
        if self.buffer.len() > LINE_BYTES_MAX {
            return Err(Problem::new(
                Code::GatewayUnreachable,
                "What answered is not a Token Tracker gateway.",
            ));
        }
        Ok(())
    }
}

/// Takes one complete line out of the buffer; at the end of the stream also an unfinished one.
fn take_line(buffer: &mut Vec<u8>, ended: bool) -> Option<Vec<u8>> {
    match buffer.iter().position(|byte| *byte == b'\n') {
        Some(end) => Some(buffer.drain(..=end).collect()),
        None if ended && !buffer.is_empty() => Some(std::mem::take(buffer)),
        None => None,
    }
}

fn read_line(bytes: &[u8]) -> Option<Line> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(['\r', '\n']);
    if let Some(json) = text.strip_prefix(": receipt ") {
        return Some(Line::Receipt(json.to_owned()));
    }
    let data = text.strip_prefix("data:")?;
    Some(Line::Data(data.strip_prefix(' ').unwrap_or(data).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let mut buffer = text.as_bytes().to_vec();
        std::iter::from_fn(|| take_line(&mut buffer, true))
            .filter_map(|line| read_line(&line))
            .collect()
    }

    #[test]
    fn events_and_receipts_are_told_apart() {
        let stream =
            "data: {\"a\":1}\r\n\r\n: keep-alive\n\nevent: x\ndata:[DONE]\n: receipt {\"b\":2}\n\ndata: last";
        let expected = [
            Line::Data("{\"a\":1}".into()),
            Line::Data("[DONE]".into()),
            Line::Receipt("{\"b\":2}".into()),
            Line::Data("last".into()),
        ];
        assert_eq!(lines(stream), expected);
    }

    #[test]
    fn an_unfinished_line_waits_for_its_rest() {
        let mut buffer = b"data: a".to_vec();
        assert_eq!(take_line(&mut buffer, false), None);
        buffer.extend_from_slice(b"b\n");
        assert_eq!(take_line(&mut buffer, false), Some(b"data: ab\n".to_vec()));
    }
}
