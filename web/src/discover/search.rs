//! How does somebody find a project?
//!
//! With words, the best hits of the database are narrowed, counted, sorted and cut into pages here;
//! without words, the whole catalogue is, by the database. Where hardly anything has the words, they
//! may be misspelt or parts of longer ones: what stands in for them is looked for instead.

use super::{
    Discover,
    facets::{self, Choice, Facet},
    ranking::{self, Sort},
    vocabulary::Vocabulary,
    words::Words,
};
use crate::{
    db::{Db, DbError},
    models::search::{self as rows, Found, Hit, Order, Term},
};

/// With fewer hits than this, the words may be misspelt.
const FEW: usize = 3;
/// The longest value of a facet, and slug, that is looked for.
const VALUE: usize = 100;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What was typed.
    pub typed: String,
    /// What was chosen.
    pub choice: Choice,
    /// The order.
    pub sort: Sort,
    /// The slug of the last project of the page before.
    pub after: Option<String>,
}

impl Wish {
    /// The wish without what no database could have: nothing is called so.
    fn cleaned(mut self) -> Self {
        let odd = |text: &String| text.len() > VALUE || text.chars().any(char::is_control);
        for value in &mut self.choice {
            if odd(value) {
                "?".clone_into(value);
            }
        }
        self.after = self.after.filter(|slug| !odd(slug));
        self
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Results {
    /// A page of it.
    pub found: Vec<Found>,
    /// How much there is in all; at most [`rows::HITS`] with words.
    pub total: i64,
    /// What each facet has.
    pub facets: [Vec<(String, i64)>; 3],
    /// The slug behind which the list goes on.
    pub next: Option<String>,
    /// Nothing had the words: these are the hits of others.
    pub instead: Option<String>,
    /// Little had the words: others were perhaps meant.
    pub meant: Option<String>,
}

/// Looks.
///
/// # Errors
/// When the database cannot be read.
pub async fn search(
    db: &Db,
    discover: &Discover,
    wish: Wish,
    limit: usize,
) -> Result<Results, DbError> {
    let wish = wish.cleaned();
    if wish.typed.trim().is_empty() {
        return browse(db, discover, wish, limit).await;
    }
    let words = Words::of(&wish.typed);
    let hits = hits_of(db, exact(&words)).await?;
    if hits.len() >= FEW {
        return page(db, hits, &words, &wish, limit).await;
    }
    let vocabulary = discover.vocabulary(db).await?;
    let Some((likely, groups)) = vocabulary.mend(&words) else {
        return page(db, hits, &words, &wish, limit).await;
    };
    if hits.is_empty() {
        let groups = groups.into_iter().map(|group| group.into_iter().map(whole).collect());
        let hits = hits_of(db, groups.collect()).await?;
        let instead = Some(likely.text()).filter(|_| !hits.is_empty());
        return Ok(Results { instead, ..page(db, hits, &likely, &wish, limit).await? });
    }
    Ok(Results { meant: Some(likely.text()), ..page(db, hits, &words, &wish, limit).await? })
}

fn whole(word: String) -> Term {
    (word, false)
}

fn exact(words: &Words) -> Vec<Vec<Term>> {
    let term = |(at, word): (usize, &String)| vec![(word.clone(), words.is_prefix(at))];
    words.words.iter().enumerate().map(term).collect()
}

async fn hits_of(db: &Db, groups: Vec<Vec<Term>>) -> Result<Vec<Hit>, DbError> {
    db.read(move |conn| rows::hits(conn, &groups)).await
}

/// A page of hits.
async fn page(
    db: &Db,
    hits: Vec<Hit>,
    words: &Words,
    wish: &Wish,
    limit: usize,
) -> Result<Results, DbError> {
    let cells = facets::add_up(hits.iter().map(|hit| hit.at.clone()));
    let mut fitting: Vec<Hit> =
        hits.into_iter().filter(|hit| facets::fits(&wish.choice, &hit.at)).collect();
    ranking::sort(&mut fitting, wish.sort, &words.words);
    let total = i64::try_from(fitting.len()).unwrap_or(i64::MAX);
    let (page, next) = cut(&fitting, wish.after.as_deref(), limit);
    let ids: Vec<i64> = page.iter().map(|hit| hit.id).collect();
    let found = if ids.is_empty() {
        Vec::new()
    } else {
        db.read(move |conn| rows::of_ids(conn, &ids)).await?
    };
    let facets = Facet::ALL.map(|facet| facets::values(&cells, &wish.choice, facet));
    Ok(Results { found, total, facets, next, ..Results::default() })
}

/// The page behind a slug, and behind which slug the next one is. A slug that is no longer there
/// begins again.
fn cut<'a>(hits: &'a [Hit], after: Option<&str>, limit: usize) -> (&'a [Hit], Option<String>) {
    let before = after.and_then(|slug| hits.iter().position(|hit| hit.slug == slug));
    let rest = &hits[before.map_or(0, |at| at + 1)..];
    if rest.len() <= limit {
        return (rest, None);
    }
    let page = &rest[..limit];
    (page, page.last().map(|hit| hit.slug.clone()))
}

async fn browse(
    db: &Db,
    discover: &Discover,
    wish: Wish,
    limit: usize,
) -> Result<Results, DbError> {
    let cells = discover.cells(db).await?;
    let facets = Facet::ALL.map(|facet| facets::values(&cells, &wish.choice, facet));
    let total = facets::total(&cells, &wish.choice);
    let order = match wish.sort {
        Sort::Best => Order::MostTried,
        Sort::By(order) => order,
    };
    let most = i64::try_from(limit).unwrap_or(i64::MAX - 1);
    let mut found = db
        .read(move |conn| rows::browse(conn, &wish.choice, order, wish.after.as_deref(), most + 1))
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.slug.clone());
    Ok(Results { found, total, facets, next, ..Results::default() })
}

/// The words of everything that can be found. Names weigh most.
pub(super) fn vocabulary_of(texts: &[(String, String, String)]) -> Vocabulary {
    Vocabulary::of(texts.iter().flat_map(|(name, topics, line)| {
        [(name.as_str(), 20), (topics.as_str(), 5), (line.as_str(), 1)]
    }))
}
