//! The page's server: three fixed files for anybody, figures for whoever has the page's secret.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pass::Pass;
use crate::{
    command::usage::{
        graph::{self, calendar::Measure, calendar::calendar},
        scope::View,
        wrapped::{self, facts::Facts},
    },
    failure::Failure,
    picture::{Scene, paper::Theme, svg},
};

/// Nothing but the page's own files; no frame, no form, no address but its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
                      connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub struct Page {
    view: View,
    host: String,
    pass: Pass,
    seen: Mutex<Instant>,
}

impl Page {
    pub fn new(view: View, host: String) -> Result<(Self, String), Failure> {
        let (pass, token) = Pass::new()?;
        let page = Self {
            view,
            host,
            pass,
            seen: Mutex::new(Instant::now()),
        };
        Ok((page, token))
    }

    /// Waits until nobody has looked for so long; longer as long as nobody ever has.
    pub async fn ended(&self, first: Duration, idle: Duration) {
        loop {
            let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let patience = if self.pass.is_used() { idle } else { first };
            let Some(rest) = patience
                .checked_sub(seen.elapsed())
                .filter(|rest| !rest.is_zero())
            else {
                return;
            };
            // A page that was opened meanwhile has another patience, so this looks again soon.
            tokio::time::sleep(rest.min(idle)).await;
        }
    }

    fn touch(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

pub fn routes(page: Arc<Page>) -> Router {
    let private = Router::new()
        .route("/facts", get(facts))
        .route("/picture", get(picture))
        .route_layer(from_fn_with_state(Arc::clone(&page), with_session));
    Router::new()
        .route(
            "/",
            get(|| file("text/html; charset=utf-8", include_bytes!("page/index.html"))),
        )
        .route(
            "/page.js",
            get(|| file("text/javascript; charset=utf-8", include_bytes!("page/page.js"))),
        )
        .route(
            "/page.css",
            get(|| file("text/css; charset=utf-8", include_bytes!("page/page.css"))),
        )
        .route(
            "/regular.ttf",
            get(|| file("font/ttf", crate::picture::REGULAR_BYTES)),
        )
        .route(
            "/strong.ttf",
            get(|| file("font/ttf", crate::picture::STRONG_BYTES)),
        )
        .route("/session", post(session))
        .merge(private)
        .layer(from_fn_with_state(Arc::clone(&page), own_host))
        .layer(from_fn(guarded))
        .with_state(page)
}

async fn file(kind: &'static str, bytes: &'static [u8]) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

/// What every answer says, refusals too.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Another name that leads here is another site's.
async fn own_host(State(page): State<Arc<Page>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    if host != Some(page.host.as_bytes()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    next.run(request).await
}

fn shown(headers: &HeaderMap) -> &str {
    let value = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
}

async fn with_session(State(page): State<Arc<Page>>, request: Request, next: Next) -> Response {
    if !page.pass.is_session(shown(request.headers())) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    page.touch();
    next.run(request).await
}

#[derive(Serialize)]
struct Session {
    session: String,
}

async fn session(State(page): State<Arc<Page>>, headers: HeaderMap) -> Response {
    match page.pass.exchange(shown(&headers)) {
        Some(session) => {
            page.touch();
            Json(Session { session }).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[derive(Serialize)]
struct Known {
    /// Those that have usage, the latest first.
    years: Vec<i16>,
    label: String,
}

async fn facts(State(page): State<Arc<Page>>) -> Json<Known> {
    let mut days = page.view.days();
    let mut years: Vec<i16> = page
        .view
        .cells()
        .map(|cell| days.day(cell.key.quarter).year())
        .collect();
    years.sort_unstable_by(|one, two| two.cmp(one));
    years.dedup();
    let label = calendar(&page.view, None, None, None).label();
    Json(Known { years, label })
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Squares,
    Towers,
    Year,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Light {
    Light,
    Dark,
}

#[derive(Deserialize)]
struct Wanted {
    form: Form,
    theme: Light,
    year: Option<i16>,
    by: Option<Measure>,
}

async fn picture(State(page): State<Arc<Page>>, Query(wanted): Query<Wanted>) -> Response {
    let Some(scene) = scene(&page.view, &wanted) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    ([(header::CONTENT_TYPE, "image/svg+xml")], svg::render(&scene)).into_response()
}

/// None where there is no such year.
fn scene(view: &View, wanted: &Wanted) -> Option<Scene> {
    let first = wanted.year.map(|year| Date::new(year, 1, 1));
    let first = first.transpose().ok()?;
    let until = first.map(Date::last_of_year);
    let theme = match wanted.theme {
        Light::Light => Theme::Light,
        Light::Dark => Theme::Dark,
    };
    Some(match wanted.form {
        Form::Year => {
            let first = first.unwrap_or_else(|| view.today.first_of_year());
            wrapped::draw(&Facts::new(view, first, until), theme)
        }
        form => {
            let calendar = calendar(view, first, until, wanted.by);
            graph::draw(&calendar, theme, matches!(form, Form::Towers))
        }
    })
}
