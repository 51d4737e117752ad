//! What people hold in their hands: a desk's screen and a phone. Journeys go by both.

use super::{PATIENCE, browser::Browser, until};
use serde_json::json;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, WebElement};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Desk,
    /// With a touch screen in the mouse's place.
    Phone,
}

/// Where an element is: its left and right edge, and the page's and the window's width.
const EDGES: &str = "
    const { left, right } = arguments[0].getBoundingClientRect();
    return [left, right, document.documentElement.scrollWidth, innerWidth];";

/// How wide the page and its window are, and what sticks out.
const PAGE: &str = "
    const width = Math.min(innerWidth, arguments[0]);
    const page = document.documentElement.scrollWidth;
    if (page <= width) return '';
    const out = [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > width + 1);
    return `${page} pixels: ` + out.slice(-3).map(({ outerHTML }) => outerHTML.slice(0, 120)).join();";

impl Device {
    pub const EACH: [Self; 2] = [Self::Desk, Self::Phone];

    /// The window's size in pixels.
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Desk => (1280, 800),
            Self::Phone => (390, 844),
        }
    }

    /// What a test tells two devices' people, projects and pictures apart by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Phone => "phone",
        }
    }

    /// Asks the driver for a phone, where it is one.
    pub fn ask(self, capabilities: &mut ChromeCapabilities) {
        let (width, height) = self.size();
        let metrics = json!({
            "width": width, "height": height, "pixelRatio": 1.0, "touch": true, "mobile": true,
        });
        if self == Self::Phone {
            let wish = json!({ "deviceMetrics": metrics });
            capabilities.add_experimental_option("mobileEmulation", wish).unwrap();
        }
        capabilities.add_arg(&format!("--window-size={width},{height}")).unwrap();
    }
}

impl Browser {
    /// Fails if the page scrolls sideways. It is given a moment: styles may still be on their way.
    pub async fn fits(&self) {
        let width = self.device.size().0;
        let start = std::time::Instant::now();
        loop {
            let out = self.driver.execute(PAGE, vec![width.into()]).await.unwrap();
            let out = out.json().as_str().unwrap().to_owned();
            if out.is_empty() {
                return;
            }
            let page = self.path().await;
            assert!(start.elapsed() < PATIENCE / 20, "{page} scrolls sideways, {out}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// On a phone, waits until an element that is to be pressed is seen, within the window's width, on
    /// a page that fits: else a thumb would have to look for it. That nothing lies over it is seen
    /// by pressing it.
    pub(super) async fn in_reach(&self, what: &str, element: &WebElement) {
        if self.device == Device::Desk {
            return;
        }
        self.fits().await;
        until(&format!("{what} is seen"), PATIENCE, async || {
            element.is_displayed().await.ok()?.then_some(())
        })
        .await;
        let edges = self.driver.execute(EDGES, vec![element.to_json().unwrap()]).await.unwrap();
        let edges: Vec<f64> = serde_json::from_value(edges.json().clone()).unwrap();
        let in_reach = edges[0] >= 0.0 && edges[1] <= edges[3] + 0.5;
        assert!(in_reach, "{what} is out of reach at {}: {edges:?}", self.path().await);
    }
}
