//! What `/` and `/redeem` answer as long as no dashboard is built in.

use axum::response::Html;

/// A plain page; the key in a redeem link stays behind `#`, which browsers do not send.
pub async fn page() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Token Tracker</title>\
         <h1>Token Tracker</h1><p>This gateway works. Its web pages are not built in.</p>\
         <p>To redeem a token key: in VS Code run <b>Token Tracker: Redeem Token Key</b> and paste the whole link, \
         or run <code>token-tracker redeem</code> in a terminal.</p></html>",
    )
}
