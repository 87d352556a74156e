//! The web pages inside the binary, as `dashboard/` built them.

/// One file, and what it is compressed to where that is smaller.
#[derive(Debug)]
pub struct Asset {
    /// Below the dashboard's root, without a slash at its beginning.
    pub path: &'static str,
    pub plain: &'static [u8],
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

/// Sorted by path; empty in a build without the pages.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

const PAGE: &str = "index.html";

/// Whether this binary has the pages.
pub fn is_built() -> bool {
    !ASSETS.is_empty()
}

pub fn asset(path: &str) -> Option<&'static Asset> {
    let place = ASSETS.binary_search_by_key(&path, |asset| asset.path).ok()?;
    ASSETS.get(place).filter(|_| path != PAGE)
}

/// The page that all addresses of the dashboard answer, for a gateway below this path.
pub fn page(public_path: &str) -> Option<String> {
    let place = ASSETS.binary_search_by_key(&PAGE, |asset| asset.path).ok()?;
    let html = std::str::from_utf8(ASSETS.get(place)?.plain).ok()?;
    Some(below(html, public_path))
}

/// Built pages name their files from where they are (`./…`), which would be wrong at `/a/b`.
fn below(html: &str, public_path: &str) -> String {
    let path = public_path.replace('&', "&amp;").replace('"', "&quot;");
    html.replace("=\"./", &format!("=\"{path}/")).replace(
        "name=\"token-tracker-path\" content=\"/\"",
        &format!("name=\"token-tracker-path\" content=\"{path}/\""),
    )
}

impl Asset {
    /// Its name changes with its content, so it can be kept for ever.
    pub fn is_hashed(&self) -> bool {
        self.path.starts_with("assets/")
    }

    pub fn content_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("html") => "text/html; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("woff2") => "font/woff2",
            Some("json" | "map") => "application/json",
            _ => "application/octet-stream",
        }
    }

    /// The smallest form that the client takes, with the name of its encoding.
    pub fn form(&self, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
        let takes = |name: &str| {
            accepted.split(',').any(|one| {
                let (encoding, weight) = one.split_once(';').unwrap_or((one, ""));
                let refused = weight.trim().replace(' ', "");
                encoding.trim().eq_ignore_ascii_case(name) && !matches!(refused.as_str(), "q=0" | "q=0.0")
            })
        };
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if takes("br") => (Some("br"), bytes),
            (_, Some(bytes)) if takes("gzip") => (Some("gzip"), bytes),
            _ => (None, self.plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSET: Asset = Asset {
        path: "assets/main-1a2b.js",
        plain: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
    };

    #[test]
    fn a_client_gets_the_smallest_form_that_it_takes() {
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br; q=0", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("deflate", None),
            ("", None),
        ] {
            assert_eq!(ASSET.form(accepted).0, encoding, "{accepted}");
        }
    }

    #[test]
    fn a_page_below_a_path_names_its_files_there() {
        let html = "<meta name=\"token-tracker-path\" content=\"/\"><script src=\"./assets/a.js\">";
        assert_eq!(
            below(html, "/ai"),
            "<meta name=\"token-tracker-path\" content=\"/ai/\"><script src=\"/ai/assets/a.js\">"
        );
        assert_eq!(below(html, ""), html.replace("./", "/"));
    }

    #[test]
    fn the_assets_are_in_order() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        assert_eq!(is_built(), page("").is_some());
    }
}
