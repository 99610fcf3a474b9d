//! Which resources the user marks as data that models are trained on, or that they look things up in: by patterns of the
//! configuration, and by a tag on the resource itself.

use std::fmt;

use crate::model::{Finding, Resource, Text};

use super::condition::{Condition, Field};

/// What a resource can be marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Models are trained or fine-tuned on it.
    Training,
    /// Models look things up in it: retrieval-augmented generation.
    Rag,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 2] = [Self::Training, Self::Rag];

    /// The word for it, in lens files, in the configuration and in the tag.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Rag => "rag",
        }
    }

    /// What a resource with the mark is.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Training => "training data",
            Self::Rag => "RAG data",
        }
    }
}

/// The tag that marks a resource without any configuration. Its value is a [`Mark`]'s word, or several: `training+rag`.
pub const MARK_TAG: &str = "ringfort:ai-data";

/// What a pattern of the configuration starts with if it is one of tags.
const OF_TAGS: &str = "tag:";

/// A pattern that marks resources: of their ids, or of their tags.
#[derive(Clone, Debug)]
pub struct MarkPattern {
    text: Text,
    condition: Condition,
}

/// Two patterns are the same if they are written the same.
impl PartialEq for MarkPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for MarkPattern {}

impl MarkPattern {
    /// Reads `arn:aws:s3:::acme-*` or `tag:key=value`; `*` stands for any characters.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right: a pattern that can never fit, or that fits everything.
    pub fn parse(text: &str) -> Result<Self, String> {
        const EXAMPLES: &str = "write an ARN such as \"arn:aws:s3:::acme-train-*\", or \"tag:key=value\"";
        let shown = Text::new(text);
        if text.trim_matches(['*', ' ']).is_empty() {
            return Err(format!("`{shown}` would mark everything or nothing; {EXAMPLES}"));
        }
        let tag = text.get(..OF_TAGS.len()).filter(|start| start.eq_ignore_ascii_case(OF_TAGS)).map(|start| &text[start.len()..]);
        let condition = if let Some(tag) = tag {
            match tag.split_once('=') {
                Some((key, _)) if !key.is_empty() => Condition::new(Field::Tag, std::iter::once(tag)),
                _ => return Err(format!("`{shown}` names no tag; write \"tag:key=value\", or \"tag:key=*\" for any value")),
            }
        } else {
            let lower = text.to_ascii_lowercase();
            if !lower.starts_with("arn:") && !lower.starts_with('*') {
                return Err(format!("`{shown}` is neither an ARN nor a tag; {EXAMPLES}"));
            }
            // An ARN has six parts; a star may stand for some of them.
            if !text.contains('*') && text.split(':').count() < 6 {
                return Err(format!("`{shown}` is no whole ARN, and would mark nothing; {EXAMPLES}"));
            }
            Condition::new(Field::Id, std::iter::once(text))
        };
        Ok(Self { text: shown, condition })
    }

    fn fits(&self, ids: &[String], tags: &[String]) -> bool {
        let facts = if self.condition.field == Field::Tag { tags } else { ids };
        facts.iter().any(|fact| self.condition.holds(fact))
    }
}

/// The user's patterns, in the order in which they are asked. The tag [`MARK_TAG`] marks too, also without any.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    patterns: Vec<(Mark, MarkPattern)>,
}

/// Who says that a resource has a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkedBy {
    /// A pattern of the configuration, as it is written there.
    Pattern(Text),
    /// The tag [`MARK_TAG`].
    Tag,
}

/// A resource of a finding that has a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The mark.
    pub mark: Mark,
    /// Its place among the finding's resources.
    pub resource: usize,
    /// Who says so.
    pub by: MarkedBy,
}

/// Who gives a finding each mark, by number: 0 for nobody, 1 for the tag, then the patterns. What differs in nothing but this is
/// placed alike, for the same reasons.
pub(super) type Givers = [u16; Mark::ALL.len()];

impl Marks {
    /// Marks by these patterns, after those that are there.
    pub fn add(&mut self, mark: Mark, patterns: impl IntoIterator<Item = MarkPattern>) {
        self.patterns.extend(patterns.into_iter().map(|pattern| (mark, pattern)));
    }

    /// Every mark of every resource of the finding, resource by resource.
    #[must_use]
    pub fn of(&self, finding: &Finding) -> Vec<Marked> {
        let mut all = Vec::new();
        for (place, resource) in finding.resources.iter().enumerate() {
            let givers = self.givers(finding, std::slice::from_ref(resource));
            let marked = Mark::ALL.into_iter().zip(givers).filter_map(|(mark, number)| Some((mark, self.giver(number)?)));
            all.extend(marked.map(|(mark, by)| Marked { mark, resource: place, by }));
        }
        all
    }

    /// Who gives the finding its marks, the first that does for each.
    pub(super) fn givers(&self, finding: &Finding, resources: &[Resource]) -> Givers {
        let mut givers = Givers::default();
        for resource in resources {
            if !self.patterns.is_empty() {
                let tags = resource.tags.iter().map(|(key, value)| format!("{key}={value}").to_ascii_lowercase());
                let (ids, tags): (_, Vec<String>) = (ids(finding, resource), tags.collect());
                for (number, (mark, pattern)) in (2..).zip(&self.patterns) {
                    let giver = &mut givers[*mark as usize];
                    if (*giver < 2 || number < *giver) && pattern.fits(&ids, &tags) {
                        *giver = number;
                    }
                }
            }
            for mark in Mark::ALL {
                let giver = &mut givers[mark as usize];
                if *giver == 0 && resource.tags.iter().any(|(key, value)| is_tag_of(mark, key, value)) {
                    *giver = 1;
                }
            }
        }
        givers
    }

    fn giver(&self, number: u16) -> Option<MarkedBy> {
        match number {
            0 => None,
            1 => Some(MarkedBy::Tag),
            number => self.patterns.get(usize::from(number) - 2).map(|(_, pattern)| MarkedBy::Pattern(pattern.text.clone())),
        }
    }

    /// The marks in words, with who gives them: `as training data (its tag ...) and as RAG data (...)`.
    pub(super) fn told(&self, givers: Givers) -> String {
        let marks = Mark::ALL.into_iter().zip(givers).filter_map(|(mark, number)| {
            let by = self.giver(number)?;
            Some(match by {
                MarkedBy::Tag => format!("as {} (its tag {MARK_TAG})", mark.title()),
                by @ MarkedBy::Pattern(_) => format!("as {} ({by})", mark.title()),
            })
        });
        marks.collect::<Vec<_>>().join(" and ")
    }
}

impl fmt::Display for MarkedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(text) => write!(f, "\"{text}\" in the configuration"),
            Self::Tag => write!(f, "the tag {MARK_TAG}"),
        }
    }
}

/// Whether the tag is the one of the convention and has the mark's word in its value.
fn is_tag_of(mark: Mark, key: &str, value: &str) -> bool {
    key.eq_ignore_ascii_case(MARK_TAG)
        && value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case(mark.slug()))
}

/// What a pattern of ids is held against, in lower case: the resource's id; the bucket that an object lies in; and for a key that
/// `GuardDuty` saw in use, whose it is, since its own id is never known before.
fn ids(finding: &Finding, resource: &Resource) -> Vec<String> {
    let id = resource.id.to_ascii_lowercase();
    let bucket = id.split_once('/').map(|(bucket, _)| bucket).filter(|bucket| is_bucket(bucket)).map(ToOwned::to_owned);
    let owner = (&*resource.kind == "AccessKey" && !resource.name.is_empty()).then(|| {
        // AKIA begins the ids of a user's own keys, ASIA those of temporary credentials (IAM User Guide, unique identifiers).
        let kind = if id.starts_with("akia") { "user" } else { "role" };
        let account = if resource.account.is_empty() { &finding.account } else { &resource.account };
        format!("arn:{}:iam::{account}:{kind}/{}", finding.partition, resource.name).to_ascii_lowercase()
    });
    [Some(id), bucket, owner].into_iter().flatten().collect()
}

fn is_bucket(arn: &str) -> bool {
    arn.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(1)) == Some("s3")
}

#[cfg(test)]
mod tests {
    use super::{MARK_TAG, Mark, MarkPattern, Marked, MarkedBy, Marks};
    use crate::lens::LensSet;
    use crate::model::{AccountId, Finding, Partition, Resource, Source, Text};

    fn marks(patterns: &[(Mark, &str)]) -> Marks {
        let mut marks = Marks::default();
        for (mark, pattern) in patterns {
            marks.add(*mark, [MarkPattern::parse(pattern).unwrap_or_else(|error| panic!("{error}"))]);
        }
        marks
    }

    fn about(kind: &str, id: &str, tags: &[(&str, &str)]) -> Finding {
        let tags = tags.iter().map(|(key, value)| (Text::new(key), Text::new(value))).collect();
        let resource = Resource { kind: Text::new(kind), id: Text::new(id), tags, ..Resource::default() };
        Finding { kind: Text::new("SensitiveData:S3Object/Personal"), resources: vec![resource], ..Finding::blank(Source::Macie, "f") }
    }

    fn found(marks: &Marks, finding: &Finding) -> Vec<Mark> {
        marks.of(finding).into_iter().map(|marked| marked.mark).collect()
    }

    #[test]
    fn a_pattern_marks_by_id_or_by_tag_and_case_is_ignored() {
        use Mark::{Rag, Training};
        for (pattern, id, tag, expected) in [
            ("arn:aws:s3:::acme-train-*", "arn:aws:s3:::acme-train-1", "", true),
            ("arn:aws:s3:::Acme-*", "arn:aws:s3:::acme-kb", "", true),
            ("arn:aws:s3:::acme", "arn:aws:s3:::acme-kb", "", false),
            ("arn:aws:s3:::acme", "arn:aws:s3:::acme/corpus/a.json", "", true),
            ("arn:aws:s3:::acme/raw/*", "arn:aws:s3:::acme/corpus/a.json", "", false),
            ("arn:aws:s3:::*", "arn:aws:sqs:eu-west-1:1:q", "", false),
            ("*:role/feature-builder", "arn:aws:iam::111122223333:role/feature-builder", "", true),
            ("tag:data-class=training", "x", "Data-Class=Training", true),
            ("tag:data-class=*", "x", "data-class=", true),
            ("tag:data-class=training", "x", "data-class=training-old", false),
            ("TAG:team=ml", "x", "team=ml", true),
        ] {
            let tags: Vec<(&str, &str)> = tag.split_once('=').into_iter().collect();
            let finding = about("S3Bucket", id, &tags);
            assert_eq!(found(&marks(&[(Rag, pattern)]), &finding) == [Rag], expected, "{pattern} on {id} {tag}");
            assert!(!found(&marks(&[(Rag, pattern)]), &finding).contains(&Training));
        }
    }

    #[test]
    fn a_pattern_that_can_mark_nothing_or_marks_everything_is_refused_with_the_way_out() {
        for (pattern, words) in [
            ("", "mark everything or nothing"),
            ("**", "mark everything or nothing"),
            ("acme-train-*", "neither an ARN nor a tag"),
            ("arn:aws:s3:acme", "no whole ARN"),
            ("tag:training", "names no tag"),
            ("tag:=x", "names no tag"),
        ] {
            let told = MarkPattern::parse(pattern).expect_err(pattern);
            assert!(told.contains(words) && told.contains("write "), "{pattern}: {told}");
        }
    }

    #[test]
    fn the_tag_marks_without_a_configuration_and_can_give_both_marks() {
        for (key, value, expected) in [
            (MARK_TAG, "training", vec![Mark::Training]),
            ("Ringfort:AI-Data", "RAG", vec![Mark::Rag]),
            (MARK_TAG, "training+rag", vec![Mark::Training, Mark::Rag]),
            (MARK_TAG, "nothing", vec![]),
            (MARK_TAG, "", vec![]),
            ("ai-data", "training", vec![]),
        ] {
            assert_eq!(found(&Marks::default(), &about("S3Bucket", "x", &[(key, value)])), expected, "{key}={value}");
        }
    }

    #[test]
    fn a_role_is_found_by_the_key_that_it_used() {
        let marks = marks(&[(Mark::Training, "arn:aws:iam::111122223333:role/builder"), (Mark::Rag, "arn:aws:iam::*:user/loader")]);
        let used = |id: &str, name: &str| {
            let mut finding = about("AccessKey", id, &[]);
            (finding.account, finding.partition) = (AccountId::new("111122223333"), Partition::new("aws"));
            finding.resources[0].name = Text::new(name);
            found(&marks, &finding)
        };
        assert_eq!(used("ASIAIOSFODNN7EXAMPLE", "builder"), [Mark::Training]);
        assert_eq!(used("AKIAIOSFODNN7EXAMPLE", "builder"), [], "a user of the same name is another identity");
        assert_eq!(used("AKIAIOSFODNN7EXAMPLE", "loader"), [Mark::Rag]);
    }

    #[test]
    fn each_resource_is_told_with_who_marked_it_a_pattern_before_the_tag() {
        let marks = marks(&[(Mark::Training, "arn:aws:s3:::a"), (Mark::Training, "arn:aws:s3:::*")]);
        let mut finding = about("S3Bucket", "arn:aws:s3:::b", &[(MARK_TAG, "training rag")]);
        finding.resources.push(Resource { id: Text::new("arn:aws:s3:::a"), ..Resource::default() });
        let by = |text: &str| MarkedBy::Pattern(Text::new(text));
        assert_eq!(
            marks.of(&finding),
            [
                Marked { mark: Mark::Training, resource: 0, by: by("arn:aws:s3:::*") },
                Marked { mark: Mark::Rag, resource: 0, by: MarkedBy::Tag },
                Marked { mark: Mark::Training, resource: 1, by: by("arn:aws:s3:::a") },
            ]
        );
        let told = marks.told(marks.givers(&finding, &finding.resources));
        assert_eq!(told, "as training data (\"arn:aws:s3:::a\" in the configuration) and as RAG data (its tag ringfort:ai-data)");
    }

    #[test]
    fn what_a_placer_remembers_tells_apart_who_gave_the_mark() {
        let set = LensSet::builtin().marked(marks(&[
            (Mark::Training, "arn:aws:s3:::train-*"),
            (Mark::Training, "tag:team=ml"),
            (Mark::Rag, "arn:aws:s3:::kb-*"),
        ]));
        let findings = || {
            ["arn:aws:s3:::train-1", "arn:aws:s3:::kb-1", "arn:aws:s3:::other", "arn:aws:s3:::train-2"].into_iter().flat_map(|id| {
                [about("S3Bucket", id, &[]), about("S3Bucket", id, &[("team", "ml")]), about("S3Bucket", id, &[(MARK_TAG, "rag")])]
            })
        };
        let mut placer = set.placer();
        let mut reasons = std::collections::HashSet::new();
        for mut finding in findings().chain(findings()) {
            placer.place(&mut finding);
            let mut alone = finding.clone();
            set.placer().place(&mut alone);
            assert_eq!(*finding.placement, *alone.placement, "{:?}", finding.resources);
            let ai = finding.placement.lenses.iter().filter(|place| &*place.lens == "ai");
            reasons.insert(ai.map(|place| place.why.reason.to_string()).collect::<Vec<_>>());
        }
        assert_eq!(reasons.len(), 7, "{reasons:#?}");
    }
}
