//! The translations that are part of the program.

use rust_embed::RustEmbed;
use std::{collections::HashMap, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "../locales/ko"]
struct Korean;

/// English to Korean.
pub(super) fn korean() -> &'static HashMap<String, String> {
    static KOREAN: LazyLock<HashMap<String, String>> = LazyLock::new(read);
    &KOREAN
}

/// A file that cannot be read is left out and told in the log: readers get English. A test reads
/// them all.
fn read() -> HashMap<String, String> {
    let mut words = HashMap::new();
    for path in Korean::iter() {
        let Some(file) = Korean::get(&path) else { continue };
        match polib::po_file::parse_from_reader(file.data.as_ref()) {
            Ok(catalogue) => words.extend(catalogue.messages().filter_map(|message| {
                let text = message.msgstr().ok().filter(|text| !text.is_empty())?;
                Some((message.msgid().to_owned(), text.to_owned()))
            })),
            Err(error) => tracing::error!(%path, ?error, "a translation cannot be read"),
        }
    }
    words
}
