//! A provider of GitHub's and of Google's shape in one: real codes, real PKCE, real signatures.
//! On request it misbehaves in one of many ways.

mod keys;
mod token;

pub use keys::{Algorithm, Keys};

use super::OAuthConfig;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    web::{self, Data, Form, Query},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

pub const CLIENT: &str = "site";
pub const SECRET: &str = "s3cret & more";

/// What the provider does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    // At any endpoint behind the browser's back.
    Fails,
    Html,
    Huge,
    OtherJson,
    Redirects,
    Silent,
    // In who somebody is.
    NoSubject,
    SubjectList,
    // In the discovery document.
    OtherIssuerDiscovered,
    // In the ID token.
    NoIdToken,
    NotAToken,
    OtherIssuer,
    OtherAudience,
    OtherParty,
    ManyAudiences,
    OtherNonce,
    NoNonce,
    Expired,
    NoExpiry,
    ExpiryAsText,
    NotYet,
    OtherSignature,
    CutSignature,
    ChangedClaims,
    UnknownKey,
    Unsigned,
    PublicKeyAsSecret,
}

/// What was asked, and what is to be answered.
#[derive(Default)]
pub struct Books {
    pub base: String,
    pub fault: Fault,
    pub algorithm: Algorithm,
    pub keys: Keys,
    /// Who logs in: the lasting number, and the name.
    pub who: (u64, String),
    /// By code: what the browser was sent with.
    codes: HashMap<String, HashMap<String, String>>,
    /// How often each path was asked.
    pub asked: HashMap<String, u32>,
}

impl Books {
    fn count(&mut self, request: &HttpRequest) {
        *self.asked.entry(request.path().to_owned()).or_default() += 1;
    }

    pub fn times(&self, path: &str) -> u32 {
        self.asked.get(path).copied().unwrap_or_default()
    }
}

type Shared = Data<Mutex<Books>>;

pub struct Provider {
    pub base: String,
    books: Shared,
    server: ServerHandle,
}

impl Provider {
    pub fn start() -> Self {
        let books: Shared = Data::new(Mutex::default());
        let data = books.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(google_token))
                .route("/keys", web::get().to(keys))
                .route("/login/oauth/authorize", web::get().to(authorize))
                .route("/login/oauth/access_token", web::post().to(github_token))
                .route("/user", web::get().to(github_user))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .bind("127.0.0.1:0")
        .unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let provider = Self { base: base.clone(), books, server: handle };
        provider.books().base = base;
        provider.is(1, "Ada.Lovelace");
        provider
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// From now on this person logs in.
    pub fn is(&self, number: u64, name: &str) {
        self.books().who = (number, name.to_owned());
    }

    /// The site's file of providers, as its operator would write it.
    pub fn config(&self, seconds: u64) -> OAuthConfig {
        let (base, file) = (&self.base, tempfile::NamedTempFile::new().unwrap());
        let common = format!(
            "client_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\ntimeout_seconds = {seconds}\n"
        );
        let text = format!(
            "[[provider]]\nname = \"github\"\nkind = \"github\"\n{common}\
             authorize_url = \"{base}/login/oauth/authorize\"\n\
             token_url = \"{base}/login/oauth/access_token\"\nuserinfo_url = \"{base}/user\"\n\
             [[provider]]\nname = \"google\"\nkind = \"google\"\n{common}issuer = \"{base}\"\n\
             [[provider]]\nname = \"other\"\nkind = \"oidc\"\nlabel = \"The other\"\n{common}\
             issuer = \"{base}\"\n"
        );
        std::fs::write(file.path(), text).unwrap();
        OAuthConfig::read(file.path()).unwrap()
    }

    pub async fn stop(&self) {
        self.server.stop(false).await;
    }
}

/// What is wrong at every endpoint alike.
async fn fault(fault: Fault) -> Option<HttpResponse> {
    Some(match fault {
        Fault::Fails => HttpResponse::InternalServerError().body("oops"),
        Fault::Html => HttpResponse::Ok().content_type("text/html").body("<h1>Hello</h1>"),
        Fault::Huge => HttpResponse::Ok().body(" ".repeat(1 << 20)),
        Fault::OtherJson => HttpResponse::Ok().json(json!({"error": "bad_verification_code"})),
        Fault::Redirects => {
            HttpResponse::TemporaryRedirect().insert_header(("location", "/elsewhere")).finish()
        }
        Fault::Silent => futures_util::future::pending().await,
        _ => return None,
    })
}

async fn discovery(request: HttpRequest, books: Shared) -> HttpResponse {
    let (base, now) = {
        let mut books = books.lock().unwrap();
        books.count(&request);
        (books.base.clone(), books.fault)
    };
    if let Some(answer) = fault(now).await {
        return answer;
    }
    let issuer = if now == Fault::OtherIssuerDiscovered { "https://evil.example" } else { &base };
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// The person agrees at once.
async fn authorize(
    request: HttpRequest,
    books: Shared,
    query: Query<HashMap<String, String>>,
) -> HttpResponse {
    let mut books = books.lock().unwrap();
    books.count(&request);
    let query = query.into_inner();
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], CLIENT);
    assert_eq!(query["code_challenge_method"], "S256");
    let code = format!("code-{}", books.codes.len());
    let mut back = url::Url::parse(&query["redirect_uri"]).unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &query["state"]);
    if request.path() == "/authorize" {
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        back.query_pairs_mut().append_pair("iss", &books.base);
    }
    books.codes.insert(code, query);
    HttpResponse::Found().insert_header(("location", back.as_str())).finish()
}

/// Takes a code once, from who asked for it.
fn redeem(
    request: &HttpRequest,
    books: &mut Books,
    form: &HashMap<String, String>,
) -> HashMap<String, String> {
    books.count(request);
    assert_eq!(form["grant_type"], "authorization_code");
    let basic = request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned());
    match basic {
        Some(basic) => {
            let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
            let engine = base64::engine::general_purpose::STANDARD;
            assert_eq!(basic, format!("Basic {}", engine.encode(format!("{CLIENT}:{secret}"))));
        }
        None => assert_eq!((&*form["client_id"], &*form["client_secret"]), (CLIENT, SECRET)),
    }
    let sent = books.codes.remove(&form["code"]).expect("a code is good once");
    assert_eq!(sent["redirect_uri"], form["redirect_uri"]);
    let challenge = BASE64.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    assert_eq!(sent["code_challenge"], challenge, "PKCE");
    sent
}

async fn google_token(
    request: HttpRequest,
    books: Shared,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    let (now, answer) = {
        let mut books = books.lock().unwrap();
        let sent = redeem(&request, &mut books, &form);
        let id_token = token::id_token(&books, &sent["nonce"]);
        let mut answer = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 60});
        if books.fault != Fault::NoIdToken {
            answer["id_token"] = id_token.into();
        }
        (books.fault, answer)
    };
    fault(now).await.unwrap_or_else(|| HttpResponse::Ok().json(answer))
}

async fn keys(request: HttpRequest, books: Shared) -> HttpResponse {
    let (now, set) = {
        let mut books = books.lock().unwrap();
        books.count(&request);
        (books.fault, books.keys.set())
    };
    fault(now).await.unwrap_or_else(|| HttpResponse::Ok().json(set))
}

async fn github_token(
    request: HttpRequest,
    books: Shared,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    let now = {
        let mut books = books.lock().unwrap();
        redeem(&request, &mut books, &form);
        books.fault
    };
    // GitHub sends JSON to who asks for it only.
    assert_eq!(request.headers().get("accept").unwrap(), "application/json");
    let answer = json!({"access_token": "gho_1", "token_type": "bearer", "scope": "read:user"});
    fault(now).await.unwrap_or_else(|| HttpResponse::Ok().json(answer))
}

async fn github_user(request: HttpRequest, books: Shared) -> HttpResponse {
    let mut books = books.lock().unwrap();
    books.count(&request);
    assert_eq!(request.headers().get("authorization").unwrap(), "Bearer gho_1");
    // GitHub refuses clients that do not say who they are.
    assert!(request.headers().contains_key("user-agent"));
    let (number, name) = books.who.clone();
    let mut answer = json!({"id": number, "login": name, "email": Value::Null});
    match books.fault {
        Fault::NoSubject => drop(answer.as_object_mut().unwrap().remove("id")),
        Fault::SubjectList => answer["id"] = json!([number]),
        _ => {}
    }
    HttpResponse::Ok().json(answer)
}
