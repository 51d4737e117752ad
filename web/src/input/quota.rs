//! The numbers of a quota, and whom it is for.

use super::FieldErrors;
use crate::{
    i18n::{fill, t},
    policy::{
        quota::{Numbers, Override},
        subject::Subject,
    },
};

/// The largest number that a row may say.
const LARGEST: u32 = 1_000_000;

/// The form as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuotaForm {
    /// Whom it is for.
    pub subject: String,
    /// Sandboxes at once.
    pub sandboxes: String,
    /// Starts per minute.
    pub starts: String,
    /// Projects.
    pub projects: String,
    /// Builds at once.
    pub builds: String,
}

impl From<&Override> for QuotaForm {
    fn from(row: &Override) -> Self {
        let text = |number: Option<u32>| number.map(|n| n.to_string()).unwrap_or_default();
        Self {
            subject: row.subject.to_string(),
            sandboxes: text(row.numbers.sandboxes),
            starts: text(row.numbers.starts_per_minute),
            projects: text(row.numbers.projects),
            builds: text(row.numbers.builds),
        }
    }
}

impl QuotaForm {
    /// What the form says.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn check(&self) -> Result<Override, FieldErrors> {
        let mut errors = FieldErrors::default();
        let subject = self.subject.trim().parse::<Subject>();
        if let Err(error) = &subject {
            errors.add("subject", error.to_string());
        }
        let mut number = |field, text: &str| match text.trim() {
            "" => None,
            text => {
                let number = text.parse().ok();
                if number.is_none() {
                    errors.add(field, t("Write a whole number, or nothing."));
                }
                number
            }
        };
        let numbers = Numbers {
            sandboxes: number("sandboxes", &self.sandboxes),
            starts_per_minute: number("starts_per_minute", &self.starts),
            projects: number("projects", &self.projects),
            builds: number("builds", &self.builds),
        };
        match subject {
            Ok(subject) if errors.is_empty() => check(subject, numbers),
            _ => Err(errors),
        }
    }
}

/// Whether such a row may be written.
///
/// # Errors
/// What is wrong, by field.
pub fn check(subject: Subject, numbers: Numbers) -> Result<Override, FieldErrors> {
    let mut errors = FieldErrors::default();
    let network = matches!(subject, Subject::Prefix | Subject::OneNetwork(_));
    let account = matches!(subject, Subject::User | Subject::OneUser(_));
    let of_networks = t("Starts are counted for networks only: leave it empty here.");
    let of_accounts = t("Only accounts have these: leave it empty here.");
    for (field, number, fits, hint) in [
        ("sandboxes", numbers.sandboxes, true, ""),
        ("starts_per_minute", numbers.starts_per_minute, network, of_networks),
        ("projects", numbers.projects, account, of_accounts),
        ("builds", numbers.builds, account, of_accounts),
    ] {
        match number {
            Some(_) if !fits => errors.add(field, hint),
            Some(number) if number > LARGEST => {
                errors.add(field, fill(t("The largest number is {n}."), &[("n", &LARGEST)]));
            }
            _ => {}
        }
    }
    if numbers == Numbers::default() {
        errors.add("sandboxes", t("Write at least one number. Zero allows nothing."));
    }
    if errors.is_empty() { Ok(Override { subject, numbers }) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_at_its_field() {
        // Subject; sandboxes, starts, projects, builds; the field that is wrong.
        for (subject, [sandboxes, starts, projects, builds], wrong) in [
            ("guest", ["2", "", "", ""], ""),
            (" user:ada ", ["0", "", "5", "1"], ""),
            ("prefix:10.0.0.0/8", ["0", "0", "", ""], ""),
            ("nobody", ["1", "", "", ""], "subject"),
            ("prefix:10.0.0.1/32", ["1", "", "", ""], "subject"),
            ("guest", ["", "", "", ""], "sandboxes"),
            ("guest", ["-1", "", "", ""], "sandboxes"),
            ("guest", ["1000001", "", "", ""], "sandboxes"),
            ("guest", ["1", "1", "", ""], "starts_per_minute"),
            ("guest", ["1", "", "1", ""], "projects"),
            ("prefix", ["1", "", "", "1"], "builds"),
            ("user", ["1", "5", "", ""], "starts_per_minute"),
        ] {
            let form = QuotaForm {
                subject: subject.to_owned(),
                sandboxes: sandboxes.to_owned(),
                starts: starts.to_owned(),
                projects: projects.to_owned(),
                builds: builds.to_owned(),
            };
            match form.check() {
                Ok(row) => {
                    assert_eq!(wrong, "", "{subject}");
                    let same = QuotaForm { subject: subject.trim().to_owned(), ..form };
                    assert_eq!(QuotaForm::from(&row), same);
                }
                Err(errors) => {
                    assert!(
                        !errors.at(wrong).is_empty() && !wrong.is_empty(),
                        "{subject}: {errors}"
                    );
                }
            }
        }
    }
}
