//! Reading what a service tells of its bills: pages in order, on connections of their own, within
//! limits of time and size.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header, response::Parts};
use http_body_util::Empty;
use providers::{
    billing::{Billed, Billing, BillingError, Days, Page, read},
    wait::seconds_to_wait,
};
use rustls::ClientConfig;
use tokio::time::timeout;

use crate::{
    catalogue::{Origin, ask},
    clock::{now_ms, timestamp},
};

const PAGE_MAX: Duration = Duration::from_secs(30);
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Of one reading; a service that has more to say than this goes round in circles.
const PAGES_MAX: u32 = 200;
/// After a refusal that does not say for how long.
const PAUSE_MS: i64 = 10 * 60 * 1_000;

/// Where to ask, and as whom.
pub(super) struct Account<'a> {
    pub billing: Billing,
    pub origin: &'a Origin,
    pub key: &'a str,
}

/// Why there is no bill.
#[derive(Debug)]
pub(super) struct Failure {
    /// For the owner: what happened and what to do; without a word of the service's.
    pub text: String,
    /// Not again for so many milliseconds.
    pub pause_ms: i64,
    /// Not again with this key.
    pub is_refused: bool,
}

impl Failure {
    fn passing(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            pause_ms: 0,
            is_refused: false,
        }
    }
}

impl From<BillingError> for Failure {
    fn from(error: BillingError) -> Self {
        let text = match error {
            BillingError::Unreadable | BillingError::Amount => {
                "The answer could not be read; import the bill as a file until a newer version can.".into()
            }
            BillingError::Currency(other) => {
                format!("The service bills in {other}; only US dollars can be compared.")
            }
        };
        Self::passing(&text)
    }
}

/// All of these days, or nothing.
pub(super) async fn read_days(
    account: &Account<'_>,
    tls: &Arc<ClientConfig>,
    days: Days,
) -> Result<Billed, Failure> {
    let mut billed = Billed::new();
    let mut left = PAGES_MAX;
    for first in account.billing.pages(days) {
        let mut next = Some(first);
        while let Some(page) = next {
            left = left
                .checked_sub(1)
                .ok_or_else(|| Failure::passing("The report does not end."))?;
            let body = fetch(account, tls, &page).await?;
            next = read(&page, days, &body, &mut billed)?;
        }
    }
    Ok(billed)
}

async fn fetch(account: &Account<'_>, tls: &Arc<ClientConfig>, page: &Page) -> Result<Bytes, Failure> {
    let request = request(account, page)?;
    let asked = timeout(PAGE_MAX, ask(account.origin, tls, request, PAGE_BYTES_MAX)).await;
    let (head, body) = match asked {
        Ok(Ok(answered)) => answered,
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(Failure::passing(
                "Its address is private; list its network under allow_private_upstreams.",
            ));
        }
        Ok(Err(_)) | Err(_) => return Err(Failure::passing("It did not answer. The last figures stay.")),
    };
    if head.status.is_success() {
        return Ok(body);
    }
    Err(refusal(&head, &body))
}

fn request(account: &Account<'_>, page: &Page) -> Result<Request<Empty<Bytes>>, Failure> {
    let broken = || Failure::passing("The billing key holds characters that no key has.");
    let (name, before) = account.billing.authorization();
    let mut key = HeaderValue::from_str(&format!("{before}{}", account.key)).map_err(|_| broken())?;
    key.set_sensitive(true);
    let mut request = Request::get(format!("{}{}", account.origin.path, page.path))
        .header(header::HOST, &account.origin.authority)
        .header(header::ACCEPT, "application/json")
        .header(
            header::USER_AGENT,
            concat!("token-tracker/", env!("CARGO_PKG_VERSION")),
        );
    for (name, value) in account.billing.headers() {
        request = request.header(*name, *value);
    }
    request
        .header(name, key)
        .body(Empty::new())
        .map_err(|_| Failure::passing("Its base address is not one."))
}

fn refusal(head: &Parts, body: &[u8]) -> Failure {
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let wait = seconds_to_wait(header, body, timestamp(now_ms()));
    let wait_ms = wait.map_or(PAUSE_MS, |seconds| i64::try_from(seconds).unwrap_or(0) * 1_000);
    match head.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure {
            text:
                "The billing key was refused. It is an admin key of the whole organisation (at OpenRouter a \
                   management key), not one for requests. It is not tried again until it is another one."
                    .into(),
            pause_ms: 0,
            is_refused: true,
        },
        StatusCode::NOT_FOUND => Failure {
            text: "This account has no such report. Import its bills as files.".into(),
            pause_ms: PAUSE_MS,
            is_refused: false,
        },
        StatusCode::TOO_MANY_REQUESTS => Failure {
            text: "It was asked too often, and is left alone for a while.".into(),
            pause_ms: wait_ms,
            is_refused: false,
        },
        status => Failure::passing(&format!(
            "It answered with status {}. The last figures stay.",
            status.as_u16()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, headers: &[(&'static str, &str)]) -> Failure {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        refusal(
            &answer.body(()).unwrap().into_parts().0,
            b"secret text of the service",
        )
    }

    #[test]
    fn a_refusal_says_when_to_ask_again() {
        for status in [401, 403] {
            let failure = refused(status, &[]);
            assert!(failure.is_refused && failure.pause_ms == 0, "{status}");
        }
        assert_eq!(refused(429, &[("retry-after", "90")]).pause_ms, 90_000);
        let date = timestamp(now_ms() + 3_600_000).as_second();
        let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(date.unsigned_abs()));
        let pause = refused(429, &[("retry-after", &date)]).pause_ms;
        assert!((3_500_000..=3_601_000).contains(&pause), "{pause}");
        assert_eq!(refused(429, &[]).pause_ms, PAUSE_MS);
        let broken = refused(500, &[]);
        assert!(broken.text.contains("500") && broken.pause_ms == 0 && !broken.is_refused);
        for status in [401, 404, 429, 500] {
            assert!(!refused(status, &[]).text.contains("secret"));
        }
    }
}
