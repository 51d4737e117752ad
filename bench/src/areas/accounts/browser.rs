//! A browser as far as accounts need one: cookies, redirects, and the token of a form.

use super::sites::{Person, Shows, Site, Step};
use crate::load::{PATIENCE, loopback};
use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, RequestBuilder};

/// Somebody's browser, at an address of its own.
pub struct Browser<'a> {
    client: Client,
    site: &'a Site,
}

impl<'a> Browser<'a> {
    /// A new one, without cookies. `number` chooses its address.
    pub fn open(site: &'a Site, number: usize) -> Result<Self> {
        let client = Client::builder()
            .cookie_store(true)
            .local_address(std::net::IpAddr::V4(loopback(u32::try_from(number)?)))
            .timeout(PATIENCE * 12)
            .no_proxy()
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .build()?;
        Ok(Self { client, site })
    }

    /// Takes a step, from its page to the one that it leads to.
    pub async fn take(&self, step: &Step, person: &Person) -> Result<()> {
        let mut page = self.get(step.page).await?;
        if let Some((action, fields)) = step.form {
            let token = hidden_field(&page, self.site.token);
            let token = token.with_context(|| format!("{} has no form", step.page))?.to_owned();
            let mut fields = fields(person);
            fields.push((self.site.token, token));
            page = self.read(self.client.post(self.url(action)).form(&fields)).await?;
        }
        let shown = match step.shows {
            Shows::Text(text) => page.contains(text),
            Shows::NameBefore(text) => has_name_before(&page, &person.name, text),
        };
        ensure!(shown, "the last page does not show that it worked:\n{}", main_part(&page));
        Ok(())
    }

    /// A page, after all redirects.
    pub async fn get(&self, path: &str) -> Result<String> {
        self.read(self.client.get(self.url(path))).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.site.address)
    }

    async fn read(&self, request: RequestBuilder) -> Result<String> {
        // What browsers send with a click on a page of the same site.
        let request = request
            .header("Accept", "text/html,application/xhtml+xml")
            .header("Sec-Fetch-Site", "same-origin")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
        let response = request.send().await?;
        let (status, url) = (response.status(), response.url().path().to_owned());
        let page = response.text().await?;
        if !status.is_success() {
            bail!("{status} at {url}:\n{}", main_part(&page));
        }
        Ok(page)
    }
}

/// The value of the first hidden field of this name.
fn hidden_field<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&field)?;
    rest.split_once('"').map(|(value, _)| value)
}

fn has_name_before(page: &str, name: &str, text: &str) -> bool {
    page.match_indices(name)
        .any(|(place, _)| page[place + name.len()..].trim_start().starts_with(text))
}

/// What a page says, without its head; for messages.
fn main_part(page: &str) -> String {
    let main = page.split_once("<main").map_or(page, |(_, main)| main);
    main.chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_names_are_found() {
        let page = r#"<form><input type="hidden" name="csrf" value="a1b2"><input name="x">"#;
        assert_eq!(hidden_field(page, "csrf"), Some("a1b2"));
        assert_eq!(hidden_field(page, "_xsrf"), None);
        let page = "<p>ada-1</p><summary>ada </summary>";
        assert!(has_name_before(page, "ada", "</summary>"));
        assert!(!has_name_before(page, "ada-1", "</summary>"));
    }
}
