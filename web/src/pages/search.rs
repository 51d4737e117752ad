//! `GET /search`: looking for something to try.

use super::{Frame, PageResult, encode, html};
use crate::{
    discover::{
        facets::{Choice, Facet},
        ranking::Sort,
        search::{self, Results, Wish},
    },
    http::visitor::Visitor,
    i18n::{fill, filters, t},
    models::search::{HITS, Order},
    service::Services,
};
use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use url::form_urlencoded;

/// So many on a page.
const PAGE: usize = 24;
/// So many values of a facet are shown.
const VALUES: usize = 12;

/// What stands behind the question mark. What does not fit is no error: it is somebody's text.
#[derive(Debug, Default)]
struct Asked {
    q: String,
    category: String,
    licence: String,
    language: String,
    sort: String,
    after: String,
    /// Only the list is wanted, for a page that is open already.
    fragment: String,
}

/// One list to choose from.
struct List {
    name: &'static str,
    title: &'static str,
    /// Leads to all values.
    any: String,
    chosen: bool,
    values: Vec<Value>,
}

/// One value, and what choosing it leads to.
struct Value {
    words: String,
    count: i64,
    chosen: bool,
    href: String,
}

/// One order, and what choosing it leads to.
struct SortLink {
    words: &'static str,
    chosen: bool,
    href: String,
}

/// The list, which is also sent alone.
#[derive(Template)]
#[template(path = "search_results.html")]
struct ListPage {
    frame: Frame,
    asked: Asked,
    results: Results,
    lists: Vec<List>,
    sorts: Vec<SortLink>,
    /// How much was found, in words.
    count: String,
    next: Option<String>,
    /// Leads back to the beginning; empty there.
    first: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    list: ListPage,
}

/// The page, or its list alone.
pub async fn show(
    request: HttpRequest,
    services: web::Data<Services>,
    visitor: Visitor,
) -> PageResult {
    let asked = Asked::read(request.query_string());
    let wish = Wish {
        typed: asked.q.clone(),
        choice: [asked.category.clone(), asked.licence.clone(), asked.language.clone()],
        sort: Sort::of_name(&asked.sort),
        after: Some(asked.after.clone()).filter(|slug| !slug.is_empty()),
    };
    let results = search::search(&services.db, &services.discover, wish, PAGE).await?;
    let alone = !asked.fragment.is_empty();
    if alone {
        let frame = Frame { token: visitor.token()?, ..Frame::default() };
        return html(StatusCode::OK, &list(frame, asked, results));
    }
    let frame = Frame::of(&visitor, "/search")?;
    let inner = Frame { token: frame.token.clone(), ..Frame::default() };
    html(StatusCode::OK, &Page { frame, list: list(inner, asked, results) })
}

fn list(frame: Frame, mut asked: Asked, mut results: Results) -> ListPage {
    let facets = std::mem::take(&mut results.facets);
    let lists = Facet::ALL.into_iter().zip(facets);
    let lists = lists.map(|(facet, values)| facet_list(&asked, facet, values)).collect();
    let chosen = Sort::of_name(&asked.sort);
    let sorts = Sort::ALL.into_iter().filter(|sort| *sort != Sort::Best || !asked.q.is_empty());
    let shown = if chosen == Sort::Best && asked.q.is_empty() {
        Sort::By(Order::MostTried)
    } else {
        chosen
    };
    let sorts = sorts.map(|sort| SortLink {
        words: sort_words(sort),
        chosen: sort == shown,
        href: asked.href(&asked.choice(), sort, ""),
    });
    let sorts = sorts.collect();
    let next = results.next.take();
    let next = next.map(|slug| asked.href(&asked.choice(), chosen, &slug));
    let first = asked.href(&asked.choice(), chosen, "");
    let first = if asked.after.is_empty() { String::new() } else { first };
    // What is only blank looks like nothing.
    asked.q = asked.q.trim().to_owned();
    let count = count_words(results.total);
    ListPage { frame, asked, results, lists, sorts, count, next, first }
}

fn facet_list(asked: &Asked, facet: Facet, values: Vec<(String, i64)>) -> List {
    let choice = asked.choice();
    let own = facet as usize;
    let href = |value: &str| {
        let mut choice = choice.clone();
        value.clone_into(&mut choice[own]);
        asked.href(&choice, Sort::of_name(&asked.sort), "")
    };
    let (shown, rest) = values.split_at(values.len().min(VALUES));
    // What was chosen is shown, however rare it is.
    let rest = rest.iter().filter(|(value, _)| *value == choice[own]);
    let value = |(value, count): &(String, i64)| Value {
        words: match facet {
            Facet::Category => super::categories::category(value).to_owned(),
            Facet::Licence | Facet::Language => value.clone(),
        },
        count: *count,
        chosen: *value == choice[own],
        href: href(value),
    };
    let title = match facet {
        Facet::Category => t("Category"),
        Facet::Licence => t("Licence"),
        Facet::Language => t("Written in"),
    };
    List {
        name: facet.name(),
        title,
        any: href(""),
        chosen: !choice[own].is_empty(),
        values: shown.iter().chain(rest).map(value).collect(),
    }
}

fn sort_words(sort: Sort) -> &'static str {
    match sort {
        Sort::Best => t("Best match"),
        Sort::By(Order::MostTried) => t("Most tried"),
        Sort::By(Order::Trending) => t("Trending"),
        Sort::By(Order::Newest) => t("Newest"),
        Sort::By(Order::Name) => t("A to Z"),
    }
}

fn count_words(total: i64) -> String {
    match total {
        0 => t("Nothing found").to_owned(),
        1 => t("One project").to_owned(),
        HITS => fill(t("The best {n} projects"), &[("n", &HITS)]),
        _ => fill(t("{n} projects"), &[("n", &total)]),
    }
}

impl Asked {
    /// What a query says. Of a word that is said twice the last holds, as where somebody adds to an
    /// address by hand.
    fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "q" => &mut asked.q,
                "category" => &mut asked.category,
                "licence" => &mut asked.licence,
                "language" => &mut asked.language,
                "sort" => &mut asked.sort,
                "after" => &mut asked.after,
                "fragment" => &mut asked.fragment,
                _ => continue,
            };
            *place = value.into_owned();
        }
        asked
    }

    fn choice(&self) -> Choice {
        [self.category.clone(), self.licence.clone(), self.language.clone()]
    }

    /// The address of the same search with something else chosen.
    fn href(&self, choice: &Choice, sort: Sort, after: &str) -> String {
        let [category, licence, language] = choice;
        let sort = if sort == Sort::Best { "" } else { sort.name() };
        let parts = [
            ("q", self.q.trim()),
            ("category", category),
            ("licence", licence),
            ("language", language),
            ("sort", sort),
            ("after", after),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> =
            parts.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if query.is_empty() { "/search".to_owned() } else { format!("/search?{}", query.join("&")) }
    }

    /// The address of a search for something else.
    fn looking_for(&self, words: &str) -> String {
        let other = Self { q: words.to_owned(), ..Self::default() };
        other.href(&self.choice(), Sort::Best, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_somebodys_text() {
        for (query, q, category) in [
            ("", "", ""),
            ("q=a+b%20c&category=Games", "a b c", "Games"),
            ("q=a&category=AI&q=b", "b", "AI"),
            ("q=%ED%95%9C", "한", ""),
            ("q=%ff%&=&x=y&&q", "", ""),
        ] {
            let asked = Asked::read(query);
            assert_eq!((asked.q.as_str(), asked.category.as_str()), (q, category), "{query}");
        }
    }

    #[test]
    fn addresses() {
        let asked =
            Asked { q: " c++ & \"more\" ".to_owned(), sort: "name".to_owned(), ..Asked::default() };
        let choice = ["Games", "", "C#"].map(str::to_owned);
        assert_eq!(
            asked.href(&choice, Sort::of_name(&asked.sort), "a-b"),
            "/search?q=c%2B%2B%20%26%20%22more%22&category=Games&language=C%23&sort=name&after=a-b"
        );
        assert_eq!(Asked::default().href(&Choice::default(), Sort::Best, ""), "/search");
    }
}
