//! The servers that are measured, each with a folder and ports of its own, ended when they go out
//! of scope.

pub mod cores;
pub mod internal;
pub mod jupyterhub;
pub mod postgres;
pub mod process;
pub mod trythis;

use anyhow::{Context, Result, bail};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// The programs that are there to be measured.
#[derive(Debug)]
pub struct Programs {
    /// The trythis binary.
    pub trythis: PathBuf,
    /// Where peers are installed, each in a folder of its own.
    pub peers: PathBuf,
}

/// A port that is free now.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

/// A folder through which every user may pass.
pub fn open_folder() -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("trythis-bench-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Waits until `GET path` is answered with 200.
fn wait_until_healthy(
    process: &mut process::Process,
    address: SocketAddr,
    path: &str,
) -> Result<()> {
    let start = Instant::now();
    while !is_healthy(address, path) {
        if let Some(status) = process.has_ended()? {
            bail!("it ended with {status}; its log ends with\n{}", process.end_of_log());
        }
        if start.elapsed() > Duration::from_secs(60) {
            bail!("it does not answer; its log ends with\n{}", process.end_of_log());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn is_healthy(address: SocketAddr, path: &str) -> bool {
    let ask = || -> Result<String> {
        let mut connection = TcpStream::connect(address).context("connecting")?;
        connection.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(connection, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut answer = [0; 12];
        connection.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().is_ok_and(|answer| answer.ends_with(" 200"))
}
