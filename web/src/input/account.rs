//! User names, addresses for e-mail and passwords.

use super::{looks, text::check_line};
use crate::i18n::t;

/// Words that might be taken for the site or its operator.
const RESERVED: [&str; 91] = [
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "administrators",
    "anonymous",
    "api",
    "assets",
    "auth",
    "billing",
    "blog",
    "catalogue",
    "contact",
    "daemon",
    "dashboard",
    "docs",
    "everyone",
    "explore",
    "guest",
    "guests",
    "healthz",
    "help",
    "home",
    "host",
    "hostmaster",
    "info",
    "legal",
    "localhost",
    "log-in",
    "log-out",
    "login",
    "logout",
    "mail",
    "maintainer",
    "maintainers",
    "me",
    "moderator",
    "moderators",
    "nobody",
    "null",
    "oauth",
    "official",
    "operator",
    "operators",
    "owner",
    "postmaster",
    "press",
    "privacy",
    "project",
    "projects",
    "public",
    "register",
    "registry",
    "root",
    "sales",
    "security",
    "settings",
    "sign-in",
    "sign-out",
    "sign-up",
    "signin",
    "signout",
    "signup",
    "site",
    "staff",
    "static",
    "status",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "terminal",
    "terminals",
    "terms",
    "test",
    "token",
    "tokens",
    "trythis",
    "trythis-admin",
    "trythis-dev",
    "trythis-support",
    "trythis-team",
    "undefined",
    "unknown",
    "webmaster",
    "www",
    "you",
];

/// Whether a name may be taken.
///
/// # Errors
/// Says why not.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() {
        return Err(t("Choose a user name.").to_owned());
    }
    if !name.bytes().all(plain) {
        return Err(t("A user name has small letters a–z, digits and hyphens only.").to_owned());
    }
    if !(3..=32).contains(&name.len()) {
        return Err(t("A user name has 3 to 32 characters.").to_owned());
    }
    if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        return Err(t("Hyphens stand alone, between letters or digits.").to_owned());
    }
    if looks::passes_for(name, &RESERVED) {
        return Err(t("This name is kept for the site itself. Choose another one.").to_owned());
    }
    Ok(())
}

/// Whether this can be an address for e-mail; none is fine too. Only its form is looked at.
///
/// # Errors
/// Says why not.
pub fn check_email(email: &str) -> Result<(), String> {
    if email.is_empty() {
        return Ok(());
    }
    check_line(email)?;
    if email.len() > 254 {
        return Err(t("An address has at most 254 characters.").to_owned());
    }
    let form = email.rsplit_once('@').filter(|(local, domain)| {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
        let dots = domain.split('.').all(|part| !part.is_empty());
        !local.is_empty()
            && local.len() <= 64
            && !local.chars().any(|c| c.is_whitespace() || matches!(c, '@' | '<' | '>' | ',' | '"'))
            && dots
            && domain.chars().all(plain)
            && domain.contains('.')
    });
    match form {
        Some(_) => Ok(()),
        None => Err(t("This is no address: one is written name@example.org.").to_owned()),
    }
}

/// Whether a password may be chosen.
///
/// # Errors
/// Says why not.
pub fn check_password(password: &str, name: &str) -> Result<(), String> {
    match password.chars().count() {
        0 => Err(t("Choose a password.").to_owned()),
        1..8 => {
            Err(t("A password has at least 8 characters. A few words make a good one.").to_owned())
        }
        257.. => Err(t("A password has at most 256 characters.").to_owned()),
        _ if password.eq_ignore_ascii_case(name) => {
            Err(t("The password must not be the user name.").to_owned())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["ada", "a1b", "ada-lovelace", &"x".repeat(32)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for (bad, says) in [
            ("", "Choose"),
            ("ab", "3 to 32"),
            (&*"x".repeat(33), "3 to 32"),
            ("Ada", "small letters"),
            ("ada lovelace", "small letters"),
            ("аda", "small letters"),
            ("-ada", "Hyphens"),
            ("a--b", "Hyphens"),
            ("admin", "kept"),
            ("adm1n", "kept"),
            ("trythis", "kept"),
        ] {
            assert!(check_name(bad).unwrap_err().contains(says), "{bad}");
        }
    }

    #[test]
    fn addresses() {
        for good in ["", "ada@example.org", "ada.l+x@mail.example.org", "ädä@bücher.example"] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        let long = format!("ada@{}.org", "x".repeat(260));
        for bad in [
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "a b@example.org",
            "ada@example..org",
            "ada@@example.org",
            "Ada <ada@example.org>",
            "ada@example.org\n",
            "a\u{202e}@b.org",
            &long,
        ] {
            assert!(check_email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn passwords() {
        for good in ["12345678", &"ä".repeat(256), "correct horse battery"] {
            assert_eq!(check_password(good, "ada"), Ok(()), "{good}");
        }
        for bad in ["", "1234567", &"x".repeat(257), "ada-lovelace", "ADA-lovelace"] {
            assert!(check_password(bad, "ada-lovelace").is_err(), "{bad}");
        }
    }
}
