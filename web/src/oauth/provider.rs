//! One provider: where its browsers are sent, and who came back.

use super::{
    config::{Protocol, ProviderConfig},
    discovery::Discovery,
    error::ProviderError,
    http::Http,
    id_token::{self, Expected},
    keys::Keys,
    profile::Profile,
    sealed::Pending,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// What OpenID Connect adds to an answer with a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WithIdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for WithIdToken {}

type Token = StandardTokenResponse<WithIdToken, BasicTokenType>;
type OAuthClient = Client<
    BasicErrorResponse,
    Token,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// A provider that people may log in with.
#[derive(Debug)]
pub struct Provider {
    /// What the operator says of it.
    pub config: ProviderConfig,
    http: Http,
    discovery: Discovery,
    keys: Keys,
}

/// Where its endpoints are, all told.
struct Place {
    authorize: Url,
    token: Url,
    userinfo: Option<Url>,
    jwks: Option<Url>,
    issuer: Option<String>,
    says_issuer: bool,
}

impl Provider {
    /// A provider; it is asked when somebody wants to log in.
    pub fn new(config: ProviderConfig) -> Result<Self, reqwest::Error> {
        let http = Http::new(config.timeout)?;
        Ok(Self { config, http, discovery: Discovery::default(), keys: Keys::default() })
    }

    /// Where a browser is sent for a log-in.
    pub async fn authorize(
        &self,
        pending: &Pending,
        callback: String,
    ) -> Result<Url, ProviderError> {
        let place = self.place().await?;
        let client = self.client(callback)?.set_auth_uri(AuthUrl::from_url(place.authorize));
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let state = pending.state.clone();
        let scopes = self.config.scopes.iter().cloned().map(Scope::new);
        let mut request = client
            .authorize_url(|| CsrfToken::new(state))
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if matches!(self.config.protocol, Protocol::OpenId { .. }) {
            request = request.add_extra_param("nonce", &pending.nonce);
        }
        Ok(request.url().0)
    }

    /// Whether an answer may be this provider's: `iss` in it is what it should be (RFC 9207).
    pub async fn is_issuer(&self, iss: Option<&str>) -> Result<bool, ProviderError> {
        let place = self.place().await?;
        Ok(match (iss, place.issuer) {
            (Some(said), Some(issuer)) => said == issuer,
            (None, _) => !place.says_issuer,
            // Its name is not known. Each provider has a callback of its own, which holds as well.
            (Some(_), None) => true,
        })
    }

    /// Who came back with this code.
    pub async fn identify(
        &self,
        code: String,
        pending: &Pending,
        callback: String,
    ) -> Result<Profile, ProviderError> {
        let work = self.ask(code, pending, callback);
        // Several requests, each with its own limit: a person waits for all of them.
        let limit = self.config.timeout * 2;
        tokio::time::timeout(limit, work).await.map_err(|_| ProviderError::TooSlow)?
    }

    async fn ask(
        &self,
        code: String,
        pending: &Pending,
        callback: String,
    ) -> Result<Profile, ProviderError> {
        let place = self.place().await?;
        let client = self.client(callback)?.set_token_uri(TokenUrl::from_url(place.token.clone()));
        let http = |request| self.http.send(request);
        let token = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(exchange)?;
        match &self.config.protocol {
            Protocol::OAuth2 { userinfo, fields, .. } => {
                let answer = self.http.json(userinfo, Some(token.access_token().secret())).await?;
                Profile::of_answer(&answer, fields)
            }
            Protocol::OpenId { issuers, .. } => {
                let expected =
                    Expected { issuers, client_id: &self.config.client_id, nonce: &pending.nonce };
                let profile = Profile::of_claims(&self.claims(&place, &token, expected).await?)?;
                Ok(self.more(&place, &token, profile).await)
            }
        }
    }

    /// What the ID token says, verified.
    async fn claims(
        &self,
        place: &Place,
        token: &Token,
        expected: Expected<'_>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let missing = || ProviderError::IdToken("there is none".to_owned());
        let id_token = token.extra_fields().id_token.as_deref().ok_or_else(missing)?;
        let header = id_token::header(id_token)?;
        let jwks = place.jwks.as_ref().ok_or_else(missing)?;
        let keys = self.keys.find(&self.http, jwks, header.kid.as_deref()).await?;
        id_token::verify(id_token, &header, &keys, expected)
    }

    /// Some providers name a person at the userinfo endpoint only. Who it is, is settled already:
    /// without an answer the person chooses a name alone.
    async fn more(&self, place: &Place, token: &Token, profile: Profile) -> Profile {
        let Some(url) = place.userinfo.as_ref().filter(|_| profile.is_bare()) else {
            return profile;
        };
        let answer = self.http.json(url, Some(token.access_token().secret())).await;
        match answer.and_then(|claims| Profile::of_claims(&claims)) {
            Ok(more) if more.subject == profile.subject => more,
            Ok(_) => profile,
            Err(error) => {
                tracing::warn!(provider = self.config.name, %error, "no more is known of somebody");
                profile
            }
        }
    }

    async fn place(&self) -> Result<Place, ProviderError> {
        match &self.config.protocol {
            Protocol::OAuth2 { authorize, token, userinfo, issuer, .. } => Ok(Place {
                authorize: authorize.clone(),
                token: token.clone(),
                userinfo: Some(userinfo.clone()),
                jwks: None,
                issuer: issuer.clone(),
                says_issuer: false,
            }),
            Protocol::OpenId { issuer, instead, .. } => {
                let found = self.discovery.get(&self.http, issuer).await?;
                let or = |given: &Option<Url>, found: &Url| {
                    given.clone().unwrap_or_else(|| found.clone())
                };
                Ok(Place {
                    authorize: or(&instead.authorize, &found.authorize),
                    token: or(&instead.token, &found.token),
                    userinfo: instead.userinfo.clone().or_else(|| found.userinfo.clone()),
                    jwks: Some(or(&instead.jwks, &found.jwks)),
                    issuer: Some(issuer.clone()),
                    says_issuer: found.says_issuer,
                })
            }
        }
    }

    fn client(&self, callback: String) -> Result<OAuthClient, ProviderError> {
        let callback = RedirectUrl::new(callback)
            .map_err(|error| ProviderError::Exchange(format!("the callback: {error}")))?;
        let id = ClientId::new(self.config.client_id.clone());
        let auth = match self.config.secret_in_form {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        };
        let client = OAuthClient::new(id).set_redirect_uri(callback).set_auth_type(auth);
        Ok(match &self.config.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.0.clone())),
            None => client,
        })
    }
}

/// The crate's words, without the answer itself: it may hold a token.
fn exchange(error: RequestTokenError<ProviderError, BasicErrorResponse>) -> ProviderError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => ProviderError::Exchange(answer.to_string()),
        RequestTokenError::Parse(error, body) => {
            // GitHub tells its errors with status 200.
            let said = serde_json::from_slice::<BasicErrorResponse>(&body);
            ProviderError::Exchange(match said {
                Ok(said) => said.to_string(),
                Err(_) => format!("an answer that is not one, at {}", error.path()),
            })
        }
        RequestTokenError::Other(what) => ProviderError::Exchange(what),
    }
}
