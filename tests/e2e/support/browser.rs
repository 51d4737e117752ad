//! Chromium over WebDriver, and the few gestures that the tests make.

use super::{PATIENCE, device::Device, free_port, host, until};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use thirtyfour::{ChromiumLikeCapabilities, PageLoadStrategy, prelude::*};

pub struct Browser {
    pub driver: WebDriver,
    pub device: Device,
    chromedriver: Child,
    profile: tempfile::TempDir,
}

impl Browser {
    /// One with a window as desks have it.
    pub async fn open() -> Self {
        Self::on(Device::Desk).await
    }

    pub async fn on(device: Device) -> Self {
        Self::with(device, PageLoadStrategy::Normal).await
    }

    /// One whose driver answers while a page is on its way, for pages that go on by themselves.
    /// Otherwise a page that is left before it is complete may hold up the driver, until its client
    /// gives up after two minutes.
    pub async fn that_waits_for_no_page(device: Device) -> Self {
        Self::with(device, PageLoadStrategy::None).await
    }

    async fn with(device: Device, strategy: PageLoadStrategy) -> Self {
        let port = free_port();
        let chromedriver = Command::new("/usr/bin/chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromium-driver is missing: make deps-test");
        let profile = tempfile::tempdir().unwrap();
        let driver = until("chromedriver answers", PATIENCE, async || {
            let address = format!("http://127.0.0.1:{port}");
            WebDriver::new(&address, capabilities(profile.path(), device, &strategy)).await.ok()
        })
        .await;
        let browser = Self { driver, device, chromedriver, profile };
        let (width, height) = device.size();
        browser.resize(width, height).await;
        browser
    }

    /// Makes the window smaller or larger; a phone can be turned.
    pub async fn resize(&self, width: u32, height: u32) {
        match self.device {
            Device::Desk => {
                self.driver.set_window_rect(0, 0, width, height).await.map(drop).unwrap()
            }
            Device::Phone => self.viewport((width, height)).await,
        }
    }

    pub async fn goto(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    pub async fn css(&self, selector: &str) -> WebElement {
        until(&format!("the page has {selector}"), PATIENCE, async || {
            self.driver.find(By::Css(selector)).await.ok()
        })
        .await
    }

    /// Presses something, which has to be in reach.
    pub async fn click(&self, selector: &str) {
        let element = self.css(selector).await;
        self.in_reach(selector, &element).await;
        element.click().await.unwrap();
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.css(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// The text of an element. The page may give way to the next one while it is read.
    pub async fn text(&self, selector: &str) -> String {
        until(&format!("{selector} can be read"), PATIENCE, async || {
            self.driver.find(By::Css(selector)).await.ok()?.text().await.ok()
        })
        .await
    }

    /// Waits until an element says this.
    pub async fn says(&self, selector: &str, words: &str) {
        until(&format!("{selector} says `{words}`"), PATIENCE, async || {
            self.text(selector).await.contains(words).then_some(())
        })
        .await;
    }

    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    /// What the terminal shows, row by row.
    pub async fn screen(&self) -> String {
        let script = "return Array.from(document.querySelectorAll('.xterm-rows > div'))\
                      .map(row => row.textContent.replace(/\\u00a0/g, ' ').trimEnd()).join('\\n')";
        let rows = self.driver.execute(script, vec![]).await.unwrap();
        rows.json().as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the terminal shows a text.
    pub async fn sees(&self, text: &str) {
        self.shows(&format!("`{text}`"), |screen| screen.contains(text)).await;
    }

    /// Waits until the terminal shows what `wanted` accepts; gives it back.
    pub async fn shows(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let start = std::time::Instant::now();
        loop {
            let screen = self.screen().await;
            if wanted(&screen) {
                return screen;
            }
            assert!(start.elapsed() < PATIENCE, "the terminal never showed {what}:\n{screen}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into the terminal.
    pub async fn types(&self, text: &str) {
        let input = self.css(".xterm-helper-textarea").await;
        input.send_keys(text).await.unwrap();
    }

    /// Waits until the terminal is connected.
    pub async fn connected(&self) {
        self.css("[data-terminal][data-state=connected]").await;
    }

    /// Keeps a picture in the target folder, of a page that fits, for whoever looks into a journey. Those of the
    /// documents are taken by `tests/e2e/pages.rs`.
    pub async fn picture(&self, name: &str) {
        self.fits().await;
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screens");
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("{name}-{}.png", self.device.size().0);
        self.driver.screenshot(&folder.join(name)).await.unwrap();
    }

    /// What the page's console complained about, the Content-Security-Policy above all.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap();
        log.iter()
            .map(|entry| format!("{entry:?}"))
            .filter(|line| line.contains("SEVERE"))
            .collect()
    }

    pub async fn close(mut self) {
        let _ = self.driver.clone().quit().await;
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

impl Drop for Browser {
    /// A failed test ends its browser too, without waiting for an answer of its driver.
    fn drop(&mut self) {
        let _ = self.driver.clone().leak();
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
        for pid in host::processes_with(self.profile.path()) {
            let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
        }
    }
}

fn capabilities(
    profile: &std::path::Path,
    device: Device,
    strategy: &PageLoadStrategy,
) -> thirtyfour::ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_page_load_strategy(strategy.clone()).unwrap();
    for argument in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
    ] {
        capabilities.add_arg(argument).unwrap();
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
    device.ask(&mut capabilities);
    capabilities.set_binary("/usr/bin/chromium").unwrap();
    capabilities
}
