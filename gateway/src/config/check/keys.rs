//! Names that nobody knows: most often a slip of the pen.

use toml::{Table, Value};

use crate::config::ConfigError;

const SIGN_IN: &[&str] = &[
    "name",
    "label",
    "kind",
    "issuer",
    "client_id",
    "client_secret_env",
    "client_secret_file",
    "scopes",
    "link_by_email",
    "allowed_domains",
    "role",
    "base_url",
    "api_url",
];
const ROOT: &[&str] = &[
    "listen",
    "public_url",
    "tls_cert",
    "tls_key",
    "trusted_proxies",
    "allow_private_upstreams",
    "upstream_proxy",
    "discover",
    "timezone",
    "limits",
    "log",
    "telemetry",
    "reconcile",
    "sign_in",
    "alerts",
    "smtp",
    "upstream",
    "model",
];
const LIMITS: &[&str] = &[
    "failed_redeems_per_minute",
    "failed_redeems_per_hour",
    "streams_per_device",
    "connections_max",
    "requests_max",
    "all_bodies_bytes_max",
    "body_bytes_max",
    "answer_bytes_max",
    "head_seconds_max",
    "body_seconds_max",
    "write_seconds_max",
    "keep_alive_seconds_max",
    "idle_seconds_max",
    "request_seconds_max",
    "max_concurrent_requests",
    "queue_max",
    "queue_seconds_max",
    "key",
    "device",
];
const SCOPE: &[&str] = &["rpm", "tpm", "streams", "spend_per_day", "spend_per_month"];
const LOG: &[&str] = &["format", "requests"];
const TELEMETRY: &[&str] = &[
    "otlp_endpoint",
    "service_name",
    "sample_ratio",
    "pass_on_upstream",
];
const RECONCILE: &[&str] = &["tolerance_percent", "tolerance_usd"];
const ALERTS: &[&str] = &["allow_private_webhooks"];
const SMTP: &[&str] = &[
    "host",
    "port",
    "tls",
    "username",
    "password_env",
    "password_file",
    "from",
];
const UPSTREAM: &[&str] = &[
    "name",
    "provider",
    "base_url",
    "api_key_env",
    "api_key_file",
    "billing_key_env",
    "billing_key_file",
    "dialects",
    "max_concurrent",
    "upstream_proxy",
    "http2",
];
const MODEL: &[&str] = &[
    "id",
    "upstream",
    "upstream_model",
    "routes",
    "choose",
    "max_price",
    "capabilities",
    "fim",
    "price",
    "multiplier",
    "context_window",
    "output_max",
    "image_tokens_max",
];
const ROUTE: &[&str] = &["upstream", "upstream_model", "price", "weight"];
const MAX_PRICE: &[&str] = &["input", "output"];
const PRICE: &[&str] = &["input", "output", "cache_read", "cache_write", "cache_write_1h"];

pub(in crate::config) fn unknown_keys(root: &Table) -> Result<(), ConfigError> {
    known("", root, ROOT)?;
    for table in tables(root.get("limits")) {
        known("limits.", table, LIMITS)?;
        for scope in ["key", "device"] {
            for limits in tables(table.get(scope)) {
                known(&format!("limits.{scope}."), limits, SCOPE)?;
            }
        }
    }
    for table in tables(root.get("telemetry")) {
        known("telemetry.", table, TELEMETRY)?;
    }
    for table in tables(root.get("reconcile")) {
        known("reconcile.", table, RECONCILE)?;
    }
    for table in tables(root.get("sign_in")) {
        known("sign_in.", table, SIGN_IN)?;
    }
    for table in tables(root.get("alerts")) {
        known("alerts.", table, ALERTS)?;
    }
    for table in tables(root.get("smtp")) {
        known("smtp.", table, SMTP)?;
    }
    for table in tables(root.get("log")) {
        known("log.", table, LOG)?;
    }
    for table in tables(root.get("upstream")) {
        known("upstream.", table, UPSTREAM)?;
    }
    for table in tables(root.get("model")) {
        known("model.", table, MODEL)?;
        for route in tables(table.get("routes")) {
            known("model.routes.", route, ROUTE)?;
            for price in tables(route.get("price")) {
                known("model.routes.price.", price, PRICE)?;
            }
        }
        for price in tables(table.get("price")) {
            known("model.price.", price, PRICE)?;
        }
        for price in tables(table.get("max_price")) {
            known("model.max_price.", price, MAX_PRICE)?;
        }
    }
    Ok(())
}

/// The table itself, or the tables in an array of tables.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

fn known(place: &str, table: &Table, names: &[&str]) -> Result<(), ConfigError> {
    let Some(unknown) = table.keys().find(|key| !names.contains(&key.as_str())) else {
        return Ok(());
    };
    let nearest = names
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)))
        .unwrap_or(&"");
    Err(ConfigError::Invalid(format!(
        "there is no key \"{place}{unknown}\"; did you mean \"{place}{nearest}\"?"
    )))
}

#[cfg(test)]
mod tests {
    use crate::config::check::tests::refusal;

    #[test]
    fn a_wrong_key_is_named_with_the_nearest_right_one() {
        assert!(refusal("listn = \"127.0.0.1:1\"").contains("did you mean \"listen\""));
        let text = "[[upstream]]\nname = \"a\"\nbase_ulr = \"http://127.0.0.1:1/v1\"";
        assert!(refusal(text).contains("did you mean \"upstream.base_url\""));
        let text = "[[model]]\nid = \"m\"\nupstream = \"builtin\"\nprice = { inptu = \"1\", output = \"2\" }";
        assert!(refusal(text).contains("did you mean \"model.price.input\""));
    }
}
