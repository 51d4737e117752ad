//! How a page looks to a reader: language, theme and width, what axe-core and the browser find
//! wrong with it, and its picture.

use super::{browser::Browser, device::Device};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::LazyLock};
use thirtyfour::Cookie;

/// The widths that people have, with a height each.
pub const WIDTHS: [(u32, u32); 2] = [(1280, 800), (390, 844)];
pub const THEMES: [&str; 2] = ["light", "dark"];
pub const LANGUAGES: [&str; 2] = ["en", "ko"];

/// The longest picture; what is below says no more about how a page looks.
const TALLEST: u64 = 1_500;
const QUALITY: u32 = 52;

static AXE: LazyLock<String> = LazyLock::new(|| {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("static/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(path).expect("axe-core is missing: scripts/assets.sh")
});

/// Serious and critical findings, each with the element that it is about.
const FINDINGS: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
                `${id} at ${target.join(' ')}: ${failureSummary.replace(/\\s+/g, ' ')}`))),
        (error) => done([`axe-core failed: ${error}`]));";

/// What a strict Content-Security-Policy would have to stop, in the HTML as it is served.
const INLINE: &str = "
    const done = arguments[arguments.length - 1];
    fetch(location.href).then((answer) => answer.text()).then((html) => {
        const served = new DOMParser().parseFromString(html, 'text/html');
        const found = [...served.querySelectorAll('style, [style], script:not([src])')];
        for (const element of served.querySelectorAll('*'))
            if ([...element.attributes].some(({ name }) => name.startsWith('on'))) found.push(element);
        done(found.map((element) => element.outerHTML.slice(0, 200)));
    });";

/// How far things moved that were shown already.
const SHIFTS: &str = "
    const done = arguments[arguments.length - 1];
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 100);";

const PAINTED: &str = "
    const done = arguments[arguments.length - 1];
    requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";

/// Elements that stick out of the page, where it scrolls sideways; and tables that do.
const WIDE: &str = "
    const width = document.documentElement.clientWidth;
    // Figures over time may scroll by themselves: their rows are read across.
    const tables = [...document.querySelectorAll('.table-wrap:not(:has(.table-plain))')]
        .filter((table) => table.scrollWidth > table.clientWidth + 1)
        .map((table) => table.outerHTML.slice(0, 120));
    if (tables.length > 0) return tables;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > width + 1)
        .slice(-3).map((element) => element.outerHTML.slice(0, 120));";

impl Browser {
    /// From the next page on.
    pub async fn speak(&self, language: &str) {
        let mut cookie = Cookie::new("language", language.to_owned());
        cookie.path = Some("/".to_owned());
        self.driver.add_cookie(cookie).await.unwrap();
    }

    pub async fn theme(&self, theme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// The page's width to the pixel: windows have a least one of their own.
    pub async fn viewport(&self, (width, height): (u32, u32)) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": self.device == Device::Phone,
        });
        self.command("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Tells of an address, in the name of a proxy, from the next page on.
    pub async fn comes_from(&self, address: &str) {
        self.command("Network.enable", json!({})).await;
        let headers = json!({ "headers": { "x-forwarded-for": address } });
        self.command("Network.setExtraHTTPHeaders", headers).await;
    }

    /// What axe-core holds to be serious or critical.
    pub async fn inaccessible(&self) -> Vec<String> {
        let known = self.driver.execute("return typeof axe", vec![]).await.unwrap();
        if known.json() == "undefined" {
            self.driver.execute(AXE.as_str(), vec![]).await.unwrap();
        }
        self.ask(FINDINGS).await
    }

    /// Inline scripts, styles and handlers of the page as it is served.
    pub async fn inline(&self) -> Vec<String> {
        self.ask(INLINE).await
    }

    /// What sticks out at the side.
    pub async fn too_wide(&self) -> Vec<String> {
        let found = self.driver.execute(WIDE, vec![]).await.unwrap();
        serde_json::from_value(found.json().clone()).unwrap()
    }

    /// The sum of the layout shifts since the page was opened.
    pub async fn shifts(&self) -> f64 {
        self.ask(SHIFTS).await
    }

    /// Keeps a picture of the whole page under `TRYTHIS_SCREENS`, if that is asked for.
    pub async fn keep(&self, name: &str) {
        let Some(folder) = std::env::var_os("TRYTHIS_SCREENS") else { return };
        let size =
            "return [document.documentElement.clientWidth, document.documentElement.scrollHeight]";
        let size = self.driver.execute(size, vec![]).await.unwrap();
        let height = size.json()[1].as_u64().unwrap().min(TALLEST);
        let clip = json!({
            "x": 0, "y": 0, "width": size.json()[0], "height": height, "scale": 1,
        });
        let wish = json!({
            "format": "webp", "quality": QUALITY, "captureBeyondViewport": true, "clip": clip,
        });
        // What was styled anew has been painted by the frame after the next.
        let _: bool = self.ask(PAINTED).await;
        let picture = self.command("Page.captureScreenshot", wish).await;
        let picture = BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.webp")), picture).unwrap();
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        let answer = self.driver.execute_async(script, vec![]).await.unwrap();
        serde_json::from_value(answer.json().clone()).unwrap()
    }

    async fn command(&self, command: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(command, parameters).await.unwrap()
    }
}
