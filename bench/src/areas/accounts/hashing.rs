//! What one password costs by itself: sites hash differently, and that is a part of how they differ.

use super::sites::Person;
use crate::servers::jupyterhub::{Installed, query_sqlite};
use anyhow::{Context, Result, anyhow, ensure};
use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const TIMES: u32 = 5;

/// A hash that trythis stored: its algorithm and cost, and how long it takes to verify, alone.
pub fn ours(database: &Path, person: &Person) -> Result<(String, Duration)> {
    let query = format!("SELECT password_hash FROM users WHERE name = '{}'", person.name);
    let stored = query_sqlite(database, &query)?;
    let hash = PasswordHash::new(&stored).map_err(|error| anyhow!("`{stored}`: {error}"))?;
    // The cost is the stored hash's.
    let argon2 = Argon2::default();
    let begun = Instant::now();
    for _ in 0..TIMES {
        let right = argon2.verify_password(person.password.as_bytes(), &hash);
        right.map_err(|error| anyhow!("the stored hash is not the password's: {error}"))?;
    }
    let words = stored.splitn(5, '$').take(4).collect::<Vec<_>>().join("$");
    Ok((words, begun.elapsed() / TIMES))
}

/// The same for JupyterHub, in its own Python.
pub fn theirs(
    installed: &Installed,
    database: &Path,
    person: &Person,
) -> Result<(String, Duration)> {
    let query =
        format!("SELECT CAST(password AS TEXT) FROM users_info WHERE username = '{}'", person.name);
    let stored = query_sqlite(database, &query)?;
    let program = "import bcrypt, sys, time\n\
         password, stored = (text.encode() for text in sys.argv[1:])\n\
         begun = time.perf_counter()\n\
         assert all(bcrypt.checkpw(password, stored) for _ in range(5))\n\
         print((time.perf_counter() - begun) / 5)";
    let output = installed.python(&[program, &person.password, &stored])?;
    let seconds: f64 = output.trim().parse().context("timing bcrypt")?;
    ensure!(stored.len() > 7, "`{stored}` is not a hash");
    Ok((stored[..7].to_owned(), Duration::from_secs_f64(seconds)))
}
