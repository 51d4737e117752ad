//! Live badges that were drawn a moment ago: a README that many people open asks the database
//! twice a minute.

use super::Drawing;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long a drawing is taken from here.
const FRESH: Duration = Duration::from_secs(30);
/// How many are kept: about 8 MB.
const MOST: usize = 4_096;

/// The drawings, by slug.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<HashMap<String, (Instant, Arc<Drawing>)>>);

impl Shelf {
    /// The badge of a project, if it is fresh.
    pub fn find(&self, slug: &str) -> Option<Arc<Drawing>> {
        self.find_at(slug, Instant::now())
    }

    /// Keeps a badge. Only projects that there are have one, so nobody fills this with made-up names.
    pub fn keep(&self, slug: String, drawing: Arc<Drawing>) {
        self.keep_at(slug, drawing, Instant::now());
    }

    /// The project is gone: nothing is drawn of it any more.
    pub fn forget(&self, slug: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(slug);
    }

    fn find_at(&self, slug: &str, now: Instant) -> Option<Arc<Drawing>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, drawing) = shelf.get(slug)?;
        (now.saturating_duration_since(*since) < FRESH).then(|| drawing.clone())
    }

    fn keep_at(&self, slug: String, drawing: Arc<Drawing>, now: Instant) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= MOST {
            shelf.retain(|_, (since, _)| now.saturating_duration_since(*since) < FRESH);
        }
        if shelf.len() >= MOST {
            shelf.clear();
        }
        shelf.insert(slug, (now, drawing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_kept_for_a_while_and_never_too_many() {
        let (shelf, start) = (Shelf::default(), Instant::now());
        let drawing = Arc::new(super::super::STATIC.clone());
        shelf.keep_at("a".to_owned(), drawing.clone(), start);
        assert!(shelf.find_at("a", start + FRESH / 2).is_some());
        assert!(shelf.find_at("a", start + FRESH).is_none());
        assert!(shelf.find_at("b", start).is_none());
        shelf.forget("a");
        assert!(shelf.find_at("a", start).is_none());
        for number in 0..2 * MOST {
            shelf.keep_at(number.to_string(), drawing.clone(), start);
            assert!(shelf.0.lock().unwrap().len() <= MOST);
        }
        assert!(shelf.find_at(&(2 * MOST - 1).to_string(), start).is_some());
    }
}
