//! An administrator's work, in Chromium, and what becomes of those whom it is about: bans, reports,
//! quotas.

use crate::{
    maintainer::publish_busybox,
    support::{
        PATIENCE, browser::Browser, client::Client, device::Device, people, server::Server, until,
    },
};
use reqwest::StatusCode;

/// A network that the tests' machine is not in.
const NETWORK: &str = "192.0.2.0/24";
const ADDRESS: &str = "192.0.2.7";

/// A site with somebody who publishes, and an administrator.
pub async fn site() -> (Server, Client) {
    let server = Server::options().set("TRYTHIS_BEHIND_PROXY", true).start();
    let maker = Client::of(&server);
    maker.sign_up("maker").await;
    people::administrator(&server, "grace").await;
    (server, maker)
}

/// An administrator's browser and a visitor's, and a project between them.
pub struct Both<'a> {
    pub server: &'a Server,
    pub administrator: Browser,
    pub visitor: Browser,
    /// The project's path.
    pub project: String,
    /// The visitor's name, where they take one.
    pub name: &'static str,
}

impl<'a> Both<'a> {
    pub async fn on(device: Device, server: &'a Server, maker: &Client) -> Self {
        let name = device.name();
        publish_busybox(maker, name).await;
        let (administrator, visitor) = (Browser::on(device).await, Browser::on(device).await);
        people::log_in(server, &administrator, "grace").await;
        Self { server, administrator, visitor, project: format!("/p/{name}"), name }
    }

    /// The visitor looks at the project.
    pub async fn looks(&self) {
        self.visitor.goto(&self.server.url(&self.project)).await;
    }

    /// Opens a page of the administration by its name, as one who looks around would.
    pub async fn opens(&self, page: &str) {
        self.administrator.goto(&self.server.url("/admin")).await;
        self.administrator.click(&format!(".subnav a[href='/admin/{page}']")).await;
        self.administrator.css(&format!(".subnav a[href='/admin/{page}'][aria-current]")).await;
    }

    /// Sends the administrator's form, and sees that it is done.
    async fn sends(&self, form: &str) {
        self.administrator.click(&format!("form[action='{form}'] button")).await;
        self.administrator.css(".notice-success").await;
    }

    /// The visitor presses Try, and is let in.
    async fn is_let_in(&self) {
        self.looks().await;
        self.visitor.click("[data-try-form] button").await;
        self.visitor.connected().await;
        self.visitor.click("[data-stop] button").await;
        self.visitor.css("[data-try-form]").await;
    }

    /// The visitor presses Try, and reads why not.
    async fn is_kept_out(&self, words: &[&str]) {
        self.looks().await;
        self.visitor.click("[data-try-form] button").await;
        reads(&self.visitor, words).await;
    }

    pub async fn close(self) {
        for browser in [self.administrator, self.visitor] {
            let mut complaints = browser.complaints().await;
            // Refusals are told of by the browser as well.
            complaints.retain(|line| !line.contains("the server responded with a status of 4"));
            assert_eq!(complaints, Vec::<String>::new());
            browser.close().await;
        }
    }
}

/// Waits until an error's page says all of this.
async fn reads(browser: &Browser, words: &[&str]) {
    browser.css(".error-page").await;
    let page = browser.text("main").await;
    assert!(words.iter().all(|words| page.contains(words)), "{words:?}: {page}");
    browser.picture("refused").await;
}

async fn bans(both: &Both<'_>, subject: &str, reason: &str) {
    both.opens("bans").await;
    both.administrator.fill("#subject", subject).await;
    both.administrator.fill("#reason", reason).await;
    both.administrator.picture("admin-ban").await;
    both.sends("/admin/bans").await;
    both.administrator.says("table", reason).await;
}

async fn lifts(both: &Both<'_>) {
    both.opens("bans").await;
    both.sends("/admin/bans/lift").await;
    both.administrator.says("main", "Nobody is banned").await;
}

#[actix_web::test]
async fn journey_of_who_is_banned_and_let_in_again() {
    let (server, maker) = site().await;
    for device in Device::EACH {
        let both = Both::on(device, &server, &maker).await;
        people::sign_up(both.server, &both.visitor, both.name).await;
        both.is_let_in().await;
        bans(&both, both.name, "Mines coins").await;
        both.is_kept_out(&["Your account is banned", "Mines coins"]).await;
        lifts(&both).await;
        both.is_let_in().await;

        // A guest, from a network of their own.
        both.visitor.driver.delete_all_cookies().await.unwrap();
        both.visitor.comes_from(ADDRESS).await;
        bans(&both, NETWORK, "Attacks others").await;
        both.is_kept_out(&["Your network is banned", "Attacks others"]).await;
        both.visitor.goto(&both.server.url("/signup")).await;
        both.visitor.fill("input[name=username]", "trudy").await;
        both.visitor.fill("input[name=password]", "correct horse battery").await;
        both.visitor.click("main form button[type=submit]").await;
        reads(&both.visitor, &["Your network is banned"]).await;
        lifts(&both).await;
        both.is_let_in().await;
        both.close().await;
    }
}

#[actix_web::test]
async fn journey_of_a_report_until_it_is_dealt_with() {
    let (server, maker) = site().await;
    for device in Device::EACH {
        let both = Both::on(device, &server, &maker).await;
        let words = [("body", "Buy **cheap** coins")];
        let comments = format!("{}/comments", both.project);
        let said = maker.submit(&both.project, &comments, &words).await;
        assert_eq!(said.status(), StatusCode::SEE_OTHER);
        both.looks().await;
        both.visitor.click(".comment-actions a[href$='/report']").await;
        complains(&both.visitor, "spam", "It sells coins.").await;
        both.looks().await;
        both.visitor.click(&format!("a[href='{}/report']", both.project)).await;
        complains(&both.visitor, "malware", "It asks for passwords.").await;

        // The newest first: the project, then the comment.
        both.opens("reports").await;
        let listed = both.administrator.text("main").await;
        let order = ["It asks for passwords.", "Buy", "It sells coins."].map(|it| listed.find(it));
        assert!(order.is_sorted() && order[0].is_some(), "{order:?} {listed}");
        both.administrator.picture("admin-reports").await;
        both.administrator.click(".reports li:last-child .button-danger").await;
        both.administrator.css(".reports li:only-child").await;
        both.looks().await;
        assert!(!both.visitor.text("#comments").await.contains("coins"));
        both.administrator.click(".reports .button-danger").await;
        both.administrator.css(".empty").await;
        both.administrator.click("a[href='/admin/reports?state=done']").await;
        // What was said of the comment went with it.
        until("it is dealt with", PATIENCE, async || {
            let done = both.administrator.text("main").await;
            (done.contains("passwords") && !done.contains("sells coins")).then_some(())
        })
        .await;
        both.looks().await;
        both.visitor.says("main", "This project is archived").await;
        both.close().await;
    }
}

/// Fills a report's form in, and is thanked.
async fn complains(visitor: &Browser, reason: &str, detail: &str) {
    visitor.click(&format!("input[name=reason][value={reason}]")).await;
    visitor.fill("textarea[name=detail]", detail).await;
    visitor.click("main form button.button-primary").await;
    visitor.says(".notice-success", "Thank you").await;
}

#[actix_web::test]
async fn journey_of_quotas_that_hold_at_once() {
    let (server, maker) = site().await;
    for device in Device::EACH {
        let both = Both::on(device, &server, &maker).await;
        both.is_let_in().await;
        sets(&both, "guest", "sandboxes", "0").await;
        both.is_kept_out(&["Trying needs an account here"]).await;
        people::sign_up(both.server, &both.visitor, both.name).await;
        both.is_let_in().await;
        let account = format!("user:{}", both.name);
        sets(&both, &account, "projects", "0").await;
        both.visitor.goto(&both.server.url("/projects/new")).await;
        both.visitor.fill("input[name=name]", "Too much").await;
        both.visitor.fill("input[name=short_description]", "One more").await;
        both.visitor.fill("textarea[name=script]", "true").await;
        both.visitor.click("#script-form button.button-primary").await;
        let said = both.visitor.text("[role=alert]").await;
        assert!(said.contains("may not publish projects"), "{said}");
        let name = both.visitor.css("input[name=name]").await;
        assert_eq!(
            name.value().await.unwrap().as_deref(),
            Some("Too much"),
            "what was typed stays"
        );

        // Taken back, the general numbers hold again.
        for subject in ["guest", &account] {
            both.opens("quotas").await;
            let form = "form[action='/admin/quotas/remove']";
            let line = format!("tr:has(input[value='{subject}']) {form} button");
            both.administrator.click(&line).await;
            both.administrator.css(".notice-success").await;
        }
        both.visitor.driver.delete_all_cookies().await.unwrap();
        both.is_let_in().await;
        both.close().await;
    }
}

async fn sets(both: &Both<'_>, subject: &str, number: &str, value: &str) {
    both.opens("quotas").await;
    both.administrator.fill("#subject", subject).await;
    both.administrator.fill(&format!("#{number}"), value).await;
    both.administrator.picture("admin-quota").await;
    both.sends("/admin/quotas").await;
}
