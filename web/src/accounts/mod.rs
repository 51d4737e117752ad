//! Who may log in?

pub mod password;

use crate::{
    error::Error,
    input::{
        FieldErrors,
        account::{check_name, check_password},
    },
    models::users::{self, User},
    service::Services,
};

/// Why nobody was signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Something about the form.
    #[error("the form is not in order")]
    Fields(FieldErrors),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// Makes an account.
///
/// # Errors
/// When the name or the password will not do, or the name is taken.
pub async fn sign_up(services: &Services, name: &str, password: &str) -> Result<User, SignUpError> {
    let mut errors = FieldErrors::default();
    errors.check("username", check_name(name));
    errors.check("password", check_password(password, name));
    if !errors.is_empty() {
        return Err(SignUpError::Fields(errors));
    }
    let hash = services.hasher.hash(password).await.map_err(Error::from)?;
    let key = name.to_owned();
    match services.db.write(move |conn| users::create(conn, &key, Some(&hash))).await {
        Ok(user) => Ok(user),
        Err(error) if error.is_duplicate() => {
            let message = format!("The name {name} is taken already. Choose another one.");
            Err(SignUpError::Fields(FieldErrors::of("username", message)))
        }
        Err(error) => Err(SignUpError::Other(error.into())),
    }
}

/// The account of this name and password, if there is one. An unknown name costs as much work as
/// a wrong password.
///
/// # Errors
/// When the database or the hashing fails.
pub async fn log_in(
    services: &Services,
    name: &str,
    password: &str,
) -> Result<Option<User>, Error> {
    let name = name.to_ascii_lowercase();
    let user = services.db.read(move |conn| users::by_name(conn, &name)).await?;
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = services.hasher.verify(password, hash).await?;
    Ok(user.filter(|_| right))
}
