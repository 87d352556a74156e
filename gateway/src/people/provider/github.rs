//! GitHub's OAuth apps: no signed token, but an API that says whose the access token is.

use serde::Deserialize;

use super::{
    Client, Failure, Profile, Return,
    web::{self, Web},
};

const BASE_URL: &str = "https://github.com";
const API_URL: &str = "https://api.github.com";

pub struct GitHub {
    pub base_url: String,
    api_url: String,
}

#[derive(Deserialize)]
struct Token {
    /// Absent where GitHub refuses: it does so with status 200.
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    /// An Enterprise server has its API below itself.
    pub fn new(base_url: Option<&str>, api_url: Option<&str>) -> Self {
        let base_url = base_url.map(|url| url.trim_end_matches('/').to_owned());
        let api_url = api_url.map(|url| url.trim_end_matches('/').to_owned());
        Self {
            api_url: api_url.unwrap_or_else(|| match &base_url {
                Some(base_url) => format!("{base_url}/api/v3"),
                None => API_URL.to_owned(),
            }),
            base_url: base_url.unwrap_or_else(|| BASE_URL.to_owned()),
        }
    }

    pub fn authorization_endpoint(&self) -> String {
        format!("{}/login/oauth/authorize", self.base_url)
    }

    pub async fn profile(
        &self,
        web: &Web,
        client: &Client,
        verifier: &str,
        back: Return<'_>,
    ) -> Result<Profile, Failure> {
        let secret = client.secret.as_deref().map_or("", String::as_str);
        let form = web::encoded(&[
            ("client_id", &client.id),
            ("client_secret", secret),
            ("code", back.code),
            ("redirect_uri", back.redirect_uri),
            ("code_verifier", verifier),
        ]);
        let url = format!("{}/login/oauth/access_token", self.base_url);
        let token: Token = web.post(&url, None, form).await?;
        let token = token
            .access_token
            .ok_or(Failure::Refused("it did not take the code"))?;
        let user: User = web
            .get(&format!("{}/user", self.api_url), web::bearer(&token))
            .await?;
        let emails: Vec<Email> = web
            .get(&format!("{}/user/emails", self.api_url), web::bearer(&token))
            .await?;
        let email = emails.into_iter().find(|one| one.primary && one.verified);
        Ok(Profile {
            subject: user.id.to_string(),
            name: user.name.filter(|name| !name.is_empty()).or(Some(user.login)),
            email: email.map(|one| one.email),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_server_has_its_api_below_itself() {
        let api = |base, api| GitHub::new(base, api).api_url;
        assert_eq!(api(None, None), "https://api.github.com");
        assert_eq!(
            api(Some("https://git.example.com/"), None),
            "https://git.example.com/api/v3"
        );
        assert_eq!(
            api(Some("https://a.example"), Some("https://b.example/")),
            "https://b.example"
        );
    }
}
