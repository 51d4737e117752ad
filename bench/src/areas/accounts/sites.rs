//! What a person does at each site: pages, forms and how one knows that it worked.

use std::net::SocketAddr;

/// Somebody who comes.
#[derive(Debug, Clone)]
pub struct Person {
    /// A user name.
    pub name: String,
    /// A password.
    pub password: String,
}

impl Person {
    /// The one of this number.
    pub fn number(number: usize) -> Self {
        Self { name: format!("person-{number}"), password: format!("correct horse {number}") }
    }
}

/// Names of the fields of a form, and what to write into them.
pub type Fields = fn(&Person) -> Vec<(&'static str, String)>;

/// How a step's last page shows that it worked.
#[derive(Debug, Clone, Copy)]
pub enum Shows {
    /// It holds this text.
    Text(&'static str),
    /// It holds the person's name, in front of this.
    NameBefore(&'static str),
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name in the figures; the same at every site.
    pub name: &'static str,
    /// The page to begin at.
    pub page: &'static str,
    /// Where its form goes, and the fields; nothing where following a link is all.
    pub form: Option<(&'static str, Fields)>,
    /// How the last page shows that it worked.
    pub shows: Shows,
}

/// A site with accounts.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where it is.
    pub address: SocketAddr,
    /// Its front page.
    pub front: &'static str,
    /// The hidden field that shows that a form came from a page of the site.
    pub token: &'static str,
    /// What people do, in this order.
    pub steps: [Step; 3],
}

impl Site {
    /// trythis.
    pub fn trythis(address: SocketAddr) -> Self {
        let sign_up = Step {
            name: "sign up",
            page: "/signup",
            form: Some(("/signup", |person| {
                vec![
                    ("next", "/".to_owned()),
                    ("username", person.name.clone()),
                    ("email", String::new()),
                    ("password", person.password.clone()),
                ]
            })),
            shows: Shows::NameBefore("</summary>"),
        };
        let log_out = Step {
            name: "log out",
            page: "/",
            form: Some(("/logout", |_| Vec::new())),
            shows: Shows::Text("href=\"/login\""),
        };
        let log_in = Step {
            name: "log in",
            page: "/login",
            form: Some(("/login", |person| {
                vec![
                    ("next", "/".to_owned()),
                    ("username", person.name.clone()),
                    ("password", person.password.clone()),
                ]
            })),
            shows: Shows::NameBefore("</summary>"),
        };
        Self { address, front: "/", token: "csrf", steps: [sign_up, log_out, log_in] }
    }

    /// JupyterHub with its NativeAuthenticator.
    pub fn jupyterhub(address: SocketAddr) -> Self {
        let sign_up = Step {
            name: "sign up",
            page: "/hub/signup",
            form: Some(("/hub/signup", |person| {
                vec![
                    ("username", person.name.clone()),
                    ("signup_password", person.password.clone()),
                    ("signup_password_confirmation", person.password.clone()),
                ]
            })),
            shows: Shows::Text("The signup was successful"),
        };
        let log_in = Step {
            name: "log in",
            page: "/hub/login",
            form: Some(("/hub/login?next=", |person| {
                vec![("username", person.name.clone()), ("password", person.password.clone())]
            })),
            shows: Shows::NameBefore("</span>"),
        };
        let log_out = Step {
            name: "log out",
            page: "/hub/logout",
            form: None,
            shows: Shows::Text("href=\"/hub/login\""),
        };
        Self { address, front: "/hub/login", token: "_xsrf", steps: [sign_up, log_in, log_out] }
    }
}
