//! A set of small integers, one bit each. A bit per node keeps the "seen already?" test of a traversal in
//! the L2 cache where a word per node would not fit: that test is what graph walks do most.

#[derive(Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set over `0 .. len`.
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }

    #[inline]
    pub fn get(&self, i: usize) -> bool {
        self.words[i / 64] >> (i % 64) & 1 != 0
    }

    #[inline]
    pub fn set(&mut self, i: usize) {
        self.words[i / 64] |= 1 << (i % 64);
    }

    #[inline]
    pub fn clear(&mut self, i: usize) {
        self.words[i / 64] &= !(1 << (i % 64));
    }

    /// Adds `i`; true if it was not there yet.
    #[inline]
    pub fn insert(&mut self, i: usize) -> bool {
        let word = &mut self.words[i / 64];
        let new = *word >> (i % 64) & 1 == 0;
        *word |= 1 << (i % 64);
        new
    }

    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(w, &word)| ones(word).map(move |bit| w * 64 + bit))
    }

    /// The members, descending.
    pub fn iter_down(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.words.iter().enumerate().rev();
        words.flat_map(|(w, &word)| ones(word.reverse_bits()).map(move |bit| w * 64 + 63 - bit))
    }

    /// The members of `0 .. len` that are *not* in the set, ascending.
    pub fn missing(&self, len: usize) -> impl Iterator<Item = usize> + '_ {
        let words = self.words.iter().enumerate();
        let missing = words.flat_map(|(w, &word)| ones(!word).map(move |bit| w * 64 + bit));
        missing.take_while(move |&i| i < len)
    }
}

/// The positions of the ones in a word.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros() as usize;
            word &= word - 1;
            bit
        })
    })
}

/// A set that also knows how many of its members are below a given one.
pub struct Ranked {
    bits: Bits,
    /// For each word of the set, how many members the words before it have.
    before: Vec<u32>,
}

impl Ranked {
    pub fn new(bits: Bits) -> Self {
        let mut count = 0;
        let before = bits.words.iter().map(|word| {
            let before = count as u32;
            count += word.count_ones() as usize;
            before
        });
        Self { before: before.collect(), bits }
    }

    #[inline]
    pub fn get(&self, i: usize) -> bool {
        self.bits.get(i)
    }

    /// The number of members below `i`.
    #[inline]
    pub fn rank(&self, i: usize) -> usize {
        let below = self.bits.words[i / 64] & ((1 << (i % 64)) - 1);
        self.before[i / 64] as usize + below.count_ones() as usize
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.bits.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_missing() {
        let mut bits = Bits::new(130);
        assert!(bits.insert(0) && bits.insert(64) && bits.insert(129));
        assert!(!bits.insert(64));
        assert!(bits.get(129) && !bits.get(128));
        assert_eq!(bits.count(), 3);
        let missing: Vec<_> = bits.missing(130).collect();
        assert_eq!(missing.len(), 127);
        assert_eq!((missing[0], *missing.last().unwrap()), (1, 128));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 64, 129]);
        assert_eq!(bits.iter_down().collect::<Vec<_>>(), [129, 64, 0]);
        bits.clear(64);
        assert!(!bits.get(64));
    }

    #[test]
    fn ranks_count_what_is_below() {
        let mut bits = Bits::new(200);
        let members = [0, 3, 63, 64, 130, 199];
        members.iter().for_each(|&i| bits.set(i));
        let ranked = Ranked::new(bits);
        assert_eq!(ranked.iter().collect::<Vec<_>>(), members);
        for (rank, i) in members.into_iter().enumerate() {
            assert!(ranked.get(i));
            assert_eq!(ranked.rank(i), rank);
        }
        assert_eq!(ranked.rank(131), 5);
    }
}
