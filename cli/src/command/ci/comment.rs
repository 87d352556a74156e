//! The summary as one comment of a pull request, written anew each time instead of many.

use protocol::{Code, Problem};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::{forge::PullRequest, markdown::MARK};

const PAGE: usize = 100;
/// Nobody reads further; a pull request with more gets a second comment.
const PAGES_MAX: usize = 30;
/// What GitHub takes.
const BODY_CHARS_MAX: usize = 65_000;
const ANSWER_BYTES_MAX: usize = 32 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    Created,
    Updated,
    /// It says this already.
    Unchanged,
}

/// Why there is no comment.
#[derive(Debug)]
pub struct Refused {
    pub problem: Problem,
    /// The forge does not let this job write, which is what it does with jobs of forks.
    pub is_forbidden: bool,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            is_forbidden: false,
        }
    }
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    body: Option<String>,
}

/// Finds the comment of earlier runs and changes it; makes one where there is none.
pub async fn write(pull: &PullRequest, body: &str) -> Result<Written, Refused> {
    let body: String = body.chars().take(BODY_CHARS_MAX).collect();
    for comment in ours(pull).await? {
        if comment.body.as_deref() == Some(body.as_str()) {
            return Ok(Written::Unchanged);
        }
        let path = format!("/repos/{}/issues/comments/{}", pull.repository, comment.id);
        let answer =
            send(request(pull, Method::PATCH, &path).json(&serde_json::json!({ "body": body }))).await?;
        match answer.status() {
            status if status.is_success() => return Ok(Written::Updated),
            // Somebody else's with our mark in it, or one that was just deleted.
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {}
            status => return Err(refused(status)),
        }
    }
    let path = format!("/repos/{}/issues/{}/comments", pull.repository, pull.number);
    let answer = send(request(pull, Method::POST, &path).json(&serde_json::json!({ "body": body }))).await?;
    match answer.status() {
        status if status.is_success() => Ok(Written::Created),
        status => Err(refused(status)),
    }
}

async fn ours(pull: &PullRequest) -> Result<Vec<Comment>, Refused> {
    let path = format!("/repos/{}/issues/{}/comments", pull.repository, pull.number);
    let mut found = Vec::new();
    for page in 1..=PAGES_MAX {
        let (size, number) = (PAGE.to_string(), page.to_string());
        let query = [("per_page", size.as_str()), ("page", number.as_str())];
        let mut address = pull.client.address(&path);
        address.query_pairs_mut().extend_pairs(query);
        let mut answer = send(with_headers(
            pull,
            pull.client.http().request(Method::GET, address),
        ))
        .await?;
        if !answer.status().is_success() {
            return Err(refused(answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| unreachable())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(unreadable().into());
            }
        }
        let comments: Vec<Comment> = serde_json::from_slice(&bytes).map_err(|_| unreadable())?;
        let is_last = comments.len() < PAGE;
        let is_ours = |comment: &Comment| comment.body.as_deref().is_some_and(|body| body.starts_with(MARK));
        found.extend(comments.into_iter().filter(is_ours));
        if is_last {
            break;
        }
    }
    Ok(found)
}

fn request(pull: &PullRequest, method: Method, path: &str) -> RequestBuilder {
    with_headers(
        pull,
        pull.client.http().request(method, pull.client.address(path)),
    )
}

fn with_headers(pull: &PullRequest, request: RequestBuilder) -> RequestBuilder {
    request
        .bearer_auth(pull.token.as_str())
        .header("accept", "application/vnd.github+json")
        .header("x-github-api-version", "2022-11-28")
        .timeout(std::time::Duration::from_secs(30))
}

async fn send(request: RequestBuilder) -> Result<Response, Problem> {
    request.send().await.map_err(|_| unreachable())
}

fn unreachable() -> Problem {
    Problem::new(Code::UpstreamUnavailable, "The forge's API could not be reached.")
        .with_hint("Run the job again; the summary was written, the comment was not.")
}

fn unreadable() -> Problem {
    Problem::new(
        Code::UpstreamUnavailable,
        "The forge's API answered something that is no list of comments.",
    )
    .with_hint("Check GITHUB_API_URL.")
}

fn refused(status: StatusCode) -> Refused {
    let hint = match status.as_u16() {
        401 => "GITHUB_TOKEN is not accepted; pass `github.token` to the step.",
        403 | 404 => "Give the job the permission pull-requests: write; jobs of forks do not have it.",
        429 => "Run the job again later.",
        _ => "Run the job again.",
    };
    let problem = Problem::new(
        Code::UpstreamUnavailable,
        format!("The forge refused the comment ({}).", status.as_u16()),
    );
    Refused {
        problem: problem.with_hint(hint),
        is_forbidden: matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
    }
}
