//! Parts of a listing: ranges of time, or words. Together they hold every record.

use std::collections::BTreeMap;

/// What decides to which part a record belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A time, in milliseconds since the epoch.
    Time(i64),
    /// A word, such as the type of a resource.
    Word(String),
}

/// An end of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The oldest record.
    Oldest,
    /// The newest record.
    Newest,
}

/// A part of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// From one time to another, both included, in milliseconds since the epoch.
    Between(Option<i64>, Option<i64>),
    /// All of it, by the time that parts are made of: the newest first, or the oldest.
    Sorted(Edge),
    /// Changed at this time or later, in milliseconds since the epoch.
    ChangedSince(i64),
    /// With this word.
    Word(String),
    /// With any other word than these.
    OtherThan(Vec<String>),
}

impl Part {
    /// The range of time, in milliseconds since the epoch.
    pub(super) fn range(&self) -> Option<(Option<i64>, Option<i64>)> {
        if let Self::Between(from, to) = self { Some((*from, *to)) } else { None }
    }

    /// The end to begin with, where all is asked for by time.
    pub(super) fn edge(part: Option<&Self>) -> Option<Edge> {
        if let Some(Self::Sorted(edge)) = part { Some(*edge) } else { None }
    }

    /// The range of the time of the last change, for services that know no other time.
    pub(super) fn changed(&self) -> Option<(Option<i64>, Option<i64>)> {
        self.range().or_else(|| self.changed_since().map(|since| (Some(since), None)))
    }

    /// The time since when its records have changed.
    pub(super) fn changed_since(&self) -> Option<i64> {
        if let Self::ChangedSince(since) = self { Some(*since) } else { None }
    }

    /// Whether the part holds a record with this key. Services round times: a second more or less does not count.
    pub(super) fn holds(&self, key: &Key) -> bool {
        const ROUNDING: i64 = 1000;
        match (self, key) {
            (Self::Between(from, to), Key::Time(time)) => {
                from.is_none_or(|from| *time >= from - ROUNDING) && to.is_none_or(|to| *time <= to + ROUNDING)
            }
            (Self::ChangedSince(since), Key::Time(time)) => *time >= since - ROUNDING,
            (Self::Word(own), Key::Word(word)) => own == word,
            (Self::OtherThan(others), Key::Word(word)) => !others.contains(word),
            _ => false,
        }
    }
}

/// At most `ways` parts, about equally large as far as the sample tells. One or none where there is nothing to split by.
pub(super) fn parts(sample: &[Key], ways: usize) -> Vec<Part> {
    let mut times: Vec<i64> = Vec::new();
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for key in sample {
        match key {
            Key::Time(time) => times.push(*time),
            Key::Word(word) => *words.entry(word).or_default() += 1,
        }
    }
    if times.is_empty() { by_word(&words, ways) } else { by_time(times, ways) }
}

fn by_time(mut times: Vec<i64>, ways: usize) -> Vec<Part> {
    times.sort_unstable();
    between((1..ways).map(|number| times[number * times.len() / ways]).filter(|cut| *cut > times[0]).collect())
}

/// As [`parts`], where the oldest and the newest time are known. A sample that shows less than most of what lies between them
/// tells little of the rest: then the parts are equally long.
pub(super) fn parts_between(sample: &[Key], oldest: i64, newest: i64, ways: usize) -> Vec<Part> {
    let times = || sample.iter().filter_map(|key| if let Key::Time(time) = key { Some(*time) } else { None });
    let shown = times().max().zip(times().min()).map_or(0, |(newest, oldest)| newest - oldest);
    let span = newest.saturating_sub(oldest);
    if shown.saturating_mul(10) >= span.saturating_mul(7) {
        return parts(sample, ways);
    }
    let step = span / i64::try_from(ways).unwrap_or(i64::MAX).max(1);
    between((1..ways).scan(oldest, |cut, _| Some(std::mem::replace(cut, *cut + step) + step)).collect())
}

fn between(mut cuts: Vec<i64>) -> Vec<Part> {
    cuts.dedup();
    let bounds: Vec<Option<i64>> = std::iter::once(None).chain(cuts.into_iter().map(Some)).chain([None]).collect();
    bounds.windows(2).map(|pair| Part::Between(pair[0], pair[1])).collect()
}

/// The most frequent words each for itself, and all others together.
fn by_word(words: &BTreeMap<&str, usize>, ways: usize) -> Vec<Part> {
    if words.len() < 2 {
        return Vec::new();
    }
    let mut words: Vec<(&str, usize)> = words.iter().map(|(word, count)| (*word, *count)).collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let own: Vec<String> = words.into_iter().take(ways.saturating_sub(1)).map(|(word, _)| word.to_owned()).collect();
    own.iter().cloned().map(Part::Word).chain([Part::OtherThan(own.clone())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sample_of_one_time_cannot_be_split() {
        assert_eq!(parts(&[Key::Time(5), Key::Time(5), Key::Time(5)], 4), [Part::Between(None, None)]);
    }

    #[test]
    fn a_sample_of_one_end_is_not_believed() {
        let sample: Vec<Key> = (0..50).map(Key::Time).collect();
        assert_eq!(parts_between(&sample, 0, 1000, 2), [Part::Between(None, Some(500)), Part::Between(Some(500), None)]);
        assert_eq!(parts_between(&sample, 0, 60, 2), parts(&sample, 2));
    }

    #[test]
    fn times_are_cut_where_the_sample_is_dense() {
        let sample: Vec<Key> = [0, 1, 2, 3, 4, 5, 6, 1_000_000].map(Key::Time).to_vec();
        let parts = parts(&sample, 4);
        assert_eq!(
            parts,
            [Part::Between(None, Some(2)), Part::Between(Some(2), Some(4)), Part::Between(Some(4), Some(6)), Part::Between(Some(6), None)]
        );
    }

    #[test]
    fn words_that_nobody_has_seen_yet_have_a_part_too() {
        let sample = ["s3", "s3", "iam", "kms"].map(|word| Key::Word(word.to_owned())).to_vec();
        let parts = parts(&sample, 3);
        assert_eq!(parts.len(), 3);
        let unseen = Key::Word("sqs".into());
        assert_eq!(parts.iter().filter(|part| part.holds(&unseen)).count(), 1);
    }

    proptest! {
        #[test]
        fn every_time_is_in_a_part(sample in proptest::collection::vec(any::<i32>(), 1..200), time in any::<i32>(), ways in 2_usize..8) {
            let sample: Vec<Key> = sample.into_iter().map(|time| Key::Time(i64::from(time))).collect();
            let parts = parts(&sample, ways);
            prop_assert!(parts.len() <= ways);
            let inside = |part: &&Part| matches!(part, Part::Between(from, to) if from.is_none_or(|from| i64::from(time) >= from) && to.is_none_or(|to| i64::from(time) <= to));
            prop_assert!((1..=2).contains(&parts.iter().filter(inside).count()));
        }
    }
}
