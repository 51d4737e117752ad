//! User names and passwords.

/// Words that might be taken for the site or its operator.
const RESERVED: [&str; 18] = [
    "about",
    "admin",
    "administrator",
    "api",
    "guest",
    "help",
    "login",
    "logout",
    "moderator",
    "official",
    "operator",
    "root",
    "security",
    "signup",
    "staff",
    "support",
    "system",
    "trythis",
];

/// Whether a name may be taken.
///
/// # Errors
/// Says why not.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if name.is_empty() {
        return Err("Choose a user name.".to_owned());
    }
    if !name.bytes().all(plain) {
        return Err("A user name has small letters a–z, digits and hyphens only.".to_owned());
    }
    if !(3..=32).contains(&name.len()) {
        return Err("A user name has 3 to 32 characters.".to_owned());
    }
    if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        return Err("Hyphens stand alone, between letters or digits.".to_owned());
    }
    if RESERVED.contains(&name) {
        return Err("This name is kept for the site itself. Choose another one.".to_owned());
    }
    Ok(())
}

/// Whether a password may be chosen.
///
/// # Errors
/// Says why not.
pub fn check_password(password: &str, name: &str) -> Result<(), String> {
    match password.chars().count() {
        0 => Err("Choose a password.".to_owned()),
        1..8 => {
            Err("A password has at least 8 characters. A few words make a good one.".to_owned())
        }
        257.. => Err("A password has at most 256 characters.".to_owned()),
        _ if password.eq_ignore_ascii_case(name) => {
            Err("The password must not be the user name.".to_owned())
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
            ("trythis", "kept"),
        ] {
            assert!(check_name(bad).unwrap_err().contains(says), "{bad}");
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
