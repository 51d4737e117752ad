//! The places of a supervisor: each has a range of ids and an address of its own.
//!
//! Ranges come in blocks, and a block is held by one supervisor of the host, so that no two
//! sandboxes share ids, whoever started them. A supervisor begins at the block of its instance and
//! takes another when all its places are taken.

use crate::{
    claim::claim,
    start::{BLOCK, BLOCKS, block_of_host},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    os::fd::OwnedFd,
};

/// Which places there are, and which are taken.
#[derive(Debug)]
pub(super) struct Places {
    instance: u8,
    blocks: BTreeMap<u16, OwnedFd>,
    taken: BTreeSet<u16>,
    next: u16,
}

impl Places {
    /// No place is taken, and no block held.
    pub fn new(instance: u8) -> Self {
        Self { instance, blocks: BTreeMap::new(), taken: BTreeSet::new(), next: 0 }
    }

    /// A free place, or `None` where every one of the host is taken. Those just freed come last, so
    /// that nothing meant for a predecessor reaches a newcomer.
    pub fn take(&mut self) -> io::Result<Option<u16>> {
        loop {
            if let Some(place) = self.free() {
                self.taken.insert(place);
                self.next = place + 1;
                return Ok(Some(place));
            }
            if !self.hold_another()? {
                return Ok(None);
            }
        }
    }

    /// Gives a place back.
    pub fn give_back(&mut self, place: u16) {
        self.taken.remove(&place);
    }

    fn free(&self) -> Option<u16> {
        let from = |first: u16| {
            let blocks = self.blocks.keys().map(|block| block * BLOCK);
            blocks.flat_map(move |start| start.max(first)..start + BLOCK)
        };
        let free = |place: &u16| !self.taken.contains(place);
        from(self.next).find(free).or_else(|| from(0).find(free))
    }

    fn hold_another(&mut self) -> io::Result<bool> {
        for block in 0..BLOCKS {
            if self.blocks.contains_key(&block) {
                continue;
            }
            let name = format!("trythis-ids-{}", block_of_host(self.instance, block));
            if let Some(held) = claim(&name)? {
                self.blocks.insert(block, held);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_round_before_they_are_used_again() {
        let mut places = Places::new(0);
        let mut take = || places.take().expect("a claim").expect("a place");
        let first = take();
        assert_eq!(take(), first + 1);
        places.give_back(first);
        let mut take = || places.take().expect("a claim").expect("a place");
        assert_eq!(take(), first + 2);
        for _ in 3..BLOCK {
            take();
        }
        assert_eq!(take(), first);
        // The block is full.
        assert_ne!(take() / BLOCK, first / BLOCK);
    }

    #[test]
    fn no_two_supervisors_share_ids() {
        use crate::start::first_id;
        // Of the same instance, as where there is no network.
        let (mut one, mut other) = (Places::new(31), Places::new(31));
        let ids = |places: &mut Places| -> BTreeSet<u32> {
            let mut take = || places.take().expect("a claim").expect("a place");
            (0..2 * BLOCK).map(|_| first_id(31, take())).collect()
        };
        let (one, other) = (ids(&mut one), ids(&mut other));
        assert_eq!((one.len(), other.len()), (2 * usize::from(BLOCK), 2 * usize::from(BLOCK)));
        assert!(one.is_disjoint(&other));
    }
}
