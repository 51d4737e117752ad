//! The master of a PTY, for tests that type and look.

use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
    time::Duration,
};
use tokio::sync::mpsc;

/// How long something expected may take. It ends a broken test, and measures nothing.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    input: File,
    output: mpsc::UnboundedReceiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    pub fn new(master: OwnedFd) -> Self {
        let input = File::from(master);
        let mut reader = input.try_clone().unwrap();
        let (sender, output) = mpsc::unbounded_channel();
        // Ends when the program has ended: reading fails then.
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { input, output, seen: String::new() }
    }

    pub fn send(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
    }

    /// Whether the terminal has shown this by now, behind what was waited for.
    pub fn has(&mut self, text: &str) -> bool {
        while let Ok(bytes) = self.output.try_recv() {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        self.seen.contains(text)
    }

    /// Waits for this, and returns what came before it.
    pub async fn until(&mut self, text: &str) -> String {
        let before = self.seen.clone();
        match before.split_once(text) {
            Some((word, _)) => {
                self.expect(text).await;
                word.to_owned()
            }
            None => {
                let more = tokio::time::timeout(PATIENCE, self.output.recv()).await;
                let bytes = more.expect("it comes").expect("the terminal is open");
                self.seen.push_str(&String::from_utf8_lossy(&bytes));
                Box::pin(self.until(text)).await
            }
        }
    }

    /// Waits until the terminal has shown this, and forgets everything up to there.
    pub async fn expect(&mut self, text: &str) {
        loop {
            if let Some(at) = self.seen.find(text) {
                self.seen.drain(..at + text.len());
                return;
            }
            let more = tokio::time::timeout(PATIENCE, self.output.recv()).await;
            match more {
                Ok(Some(bytes)) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(None) => panic!("the terminal closed before `{text}`; it had {:?}", self.seen),
                Err(_) => panic!("`{text}` did not come; there was {:?}", self.seen),
            }
        }
    }
}
