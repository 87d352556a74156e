use std::borrow::Cow;

use bytes::Bytes;
use protocol::Problem;
use serde::Deserialize;

use super::{body::read, input_bound, quote};
use crate::{
    invalid::{invalid, missing, wrong},
    splice::Members,
};

/// The body of `POST /v1/embeddings`, read once.
#[derive(Debug)]
pub struct EmbeddingRequest<'a> {
    pub model: Cow<'a, str>,
    /// Bytes of what the model reads, as written; for an estimate where no usage is reported.
    pub input_bytes: u64,
    members: Members<'a>,
}

/// What can be embedded: texts, or texts that are tokens already.
#[derive(Deserialize)]
#[serde(untagged)]
enum Input<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Texts(#[serde(borrow)] Vec<Cow<'a, str>>),
    Tokens(Vec<u64>),
    Batch(Vec<Vec<u64>>),
}

impl Input<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Tokens(tokens) => tokens.is_empty(),
            Self::Batch(batch) => batch.is_empty(),
        }
    }
}

impl<'a> EmbeddingRequest<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let (fields, members) = read(body)?;
        let model = fields.model.ok_or_else(|| missing("model"))?;
        let input = members.value("input").ok_or_else(|| missing("input"))?;
        // Pictures and the like have prices of their own, which no bound here knows.
        let input = serde_json::from_slice::<Input<'_>>(input)
            .map_err(|_| wrong("input", "a text, a list of texts, or tokens"))?;
        if input.is_empty() {
            return Err(invalid("The field `input` must hold something to embed."));
        }
        Ok(Self {
            model,
            input_bytes: members.bytes_of(&["input"]),
            members,
        })
    }

    /// The body to forward; every other byte stays as it came.
    pub fn rewrite(&self, model: Option<&str>) -> Bytes {
        let mut splice = self.members.splice();
        if let Some(model) = model {
            splice.set("model", quote(model));
        }
        splice.finish()
    }

    /// The most input tokens that the forwarded body can be. An input's quotes and comma make up
    /// for the marks that a model puts around it.
    pub fn input_bound(&self, forwarded_bytes: usize) -> u64 {
        input_bound(forwarded_bytes, 0, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_input_are_read() {
        for input in [r#""a\u00e9""#, r#"["a","b"]"#, "[1,2]", "[[1,2],[3]]"] {
            let body = format!(r#"{{"model":"e","dimensions":8,"input": {input}}}"#);
            let request = EmbeddingRequest::parse(body.as_bytes()).unwrap();
            assert_eq!((&*request.model, request.input_bytes), ("e", input.len() as u64));
            let forwarded = request.rewrite(Some("other"));
            assert_eq!(forwarded, body.replace(r#""e""#, r#""other""#));
            assert!(request.input_bound(forwarded.len()) > forwarded.len() as u64);
        }
    }

    #[test]
    fn what_has_no_bound_or_no_sense_is_refused() {
        for (body, name) in [
            (r#"{"input":"a"}"#, "model"),
            (r#"{"model":"e"}"#, "input"),
            (r#"{"model":"e","input":""}"#, "input"),
            (r#"{"model":"e","input":[]}"#, "input"),
            (r#"{"model":"e","input":[-1]}"#, "input"),
            (r#"{"model":"e","input":[{"image":"https://a/b.png"}]}"#, "input"),
            (r#"{"model":"e","input":{"text":"a"}}"#, "input"),
            (r#"{"model":"e","input":"a""#, "JSON"),
        ] {
            let problem = EmbeddingRequest::parse(body.as_bytes()).unwrap_err();
            assert!(problem.to_string().contains(name), "{body}: {problem}");
        }
    }
}
