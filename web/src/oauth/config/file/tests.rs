use super::*;

fn parse(text: &str) -> Result<OAuthConfig, String> {
    let path = Path::new("oauth.toml");
    OAuthConfig::parse(text, path, Path::new("/nonexistent")).map_err(|error| error.to_string())
}

#[test]
fn the_short_forms_are_enough() {
    let config = parse(
        r#"
        [[provider]]
        name = "github"
        kind = "github"
        client_id = "a"
        client_secret = "s3cret"
        [[provider]]
        name = "google"
        kind = "google"
        client_id = "b"
        client_secret = "s3cret"
        [[provider]]
        name = "company"
        kind = "oidc"
        label = "The company"
        client_id = "c"
        issuer = "https://id.example/realm"
        [[provider]]
        name = "other"
        kind = "oauth2"
        client_id = "d"
        authorize_url = "https://o.example/a"
        token_url = "https://o.example/t"
        userinfo_url = "https://o.example/u"
        "#,
    )
    .unwrap();
    let labels: Vec<_> = config.providers.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(labels, ["GitHub", "Google", "The company", "other"]);
    assert!(config.providers[0].secret_in_form && !config.providers[2].secret_in_form);
    assert!(!format!("{config:?}").contains("s3cret"));
    match &config.providers[1].protocol {
        Protocol::OpenId { issuers, .. } => assert_eq!(issuers[0], GOOGLE),
        Protocol::OAuth2 { .. } => panic!("Google speaks OpenID Connect"),
    }
}

#[test]
fn what_is_wrong_is_named() {
    let good = "kind = \"oidc\"\nname = \"x\"\nclient_id = \"c\"\nissuer = \"https://x.example\"\n";
    assert!(parse(&format!("[[provider]]\n{good}")).is_ok());
    for (from, to, says) in [
        ("name = \"x\"", "", "provider number 1: name is missing"),
        ("\"x\"", "\"X y\"", "small letters"),
        ("\"c\"", "\" \"", "provider x: client_id is missing"),
        ("https://x.example", "http://x.example", "provider x: issuer must begin with https://"),
        ("https://x.example", "x", "issuer is not a URL"),
        ("https://x.example", "https://a:b@x.example", "user name or a password"),
        ("issuer", "isuer", "unknown field `isuer`"),
        ("\"oidc\"", "\"saml\"", "unknown variant `saml`"),
        ("\"oidc\"", "\"oauth2\"", "authorize_url is missing"),
        ("\"oidc\"", "\"github\"", "client_secret is missing"),
        ("name =", "scopes = [\"email\"]\nname =", "scopes must hold \"openid\""),
        ("name =", "name_field = \"x\"\nname =", "name_field is for kind"),
        ("name =", "timeout_seconds = 0\nname =", "timeout_seconds must be"),
        ("name =", "label = \"\"\nname =", "label must have"),
        ("name =", "client_secret_env = \"TRYTHIS_NO_SUCH\"\nname =", "TRYTHIS_NO_SUCH, which is"),
        ("name =", "client_secret_file = \"no-such\"\nname =", "names /nonexistent/no-such"),
        ("name =", "client_secret = \"s\"\nclient_secret_env = \"PATH\"\nname =", "is given twice"),
    ] {
        let error = parse(&format!("[[provider]]\n{}", good.replace(from, to))).unwrap_err();
        assert!(error.contains(says), "{to}: {error}");
    }
    // The line that is wrong may hold a secret, which is nobody's to read in a journal.
    for wrong in [
        "client_secret = \"T0PSECRET\n",
        "client_secre = \"T0PSECRET\"\n",
        "client_secret = 70953\n",
    ] {
        let error = parse(&format!("[[provider]]\n{wrong}{good}")).unwrap_err();
        assert!(error.contains("line 2: "), "{error}");
        assert!(!error.contains("T0PSECRET") && !error.contains("70953"), "{error}");
    }
    let twice = format!("[[provider]]\n{good}[[provider]]\n{good}");
    assert!(parse(&twice).unwrap_err().contains("name is that of another"));
}

#[test]
fn secrets_come_from_files_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), "s3cret\n").unwrap();
    let path = folder.path().join("oauth.toml");
    let text = "[[provider]]\nname = \"github\"\nkind = \"github\"\nclient_id = \"a\"\n\
                client_secret_file = \"secret\"\nuserinfo_url = \"http://127.0.0.1:1/u\"\n";
    fs::write(&path, text).unwrap();
    let config = OAuthConfig::read(&path).unwrap();
    assert_eq!(config.providers[0].client_secret.as_ref().unwrap().0, "s3cret");
    let error = OAuthConfig::read(Path::new("/no/such.toml")).unwrap_err().to_string();
    assert!(error.starts_with("/no/such.toml cannot be read"), "{error}");
}
