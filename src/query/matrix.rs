//! Counting rows for any two ways to group them: one down, one across, severities in each cell.

use std::collections::HashMap;

use super::Query;
use super::field::{Field, words};
use super::term::GroupKey;
use crate::lens::LensSet;
use crate::model::{Finding, Layer, Side};
use crate::store::{RowId, Store};

/// A group of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The value, as a query has it; empty for findings that have none.
    pub value: String,
    /// What it is called.
    pub title: String,
}

/// Counts by two groupings and severity. A finding counts in every cell that it belongs to, and once in each sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    down: Vec<Named>,
    across: Vec<Named>,
    /// One more of each than there are groups: the first is the sum.
    cells: Vec<[usize; 6]>,
}

impl Matrix {
    /// Counts these rows.
    #[must_use]
    pub fn of(store: &Store, rows: &[RowId], down: &GroupKey, across: &GroupKey, lenses: Option<&LensSet>) -> Self {
        let (mut down, mut across) = (Axis::new(down, lenses), Axis::new(across, lenses));
        let mut counts: Vec<Vec<[usize; 6]>> = Vec::new();
        for finding in rows.iter().filter_map(|row| store.get(*row)) {
            down.place(finding);
            across.place(finding);
            for row in std::iter::once(0).chain(down.here.iter().map(|at| at + 1)) {
                for column in std::iter::once(0).chain(across.here.iter().map(|at| at + 1)) {
                    cell_of(&mut counts, row, column)[finding.severity.index()] += 1;
                }
            }
        }
        let cell = |row: u32, column: u32| counts.get(row as usize).and_then(|row| row.get(column as usize)).copied().unwrap_or_default();
        let sum = |(row, column): (u32, u32)| cell(row, column).iter().sum();
        let (rows, columns) = (down.order(|at| sum((at + 1, 0))), across.order(|at| sum((0, at + 1))));
        let number = |order: &[u32]| std::iter::once(0).chain(order.iter().map(|at| at + 1)).collect::<Vec<_>>();
        let (row_numbers, column_numbers) = (number(&rows), number(&columns));
        Self {
            cells: row_numbers.iter().flat_map(|row| column_numbers.iter().map(|column| cell(*row, *column))).collect(),
            down: down.named(&rows),
            across: across.named(&columns),
        }
    }

    /// The groups down, in their order.
    #[must_use]
    pub fn down(&self) -> &[Named] {
        &self.down
    }

    /// The groups across, in their order.
    #[must_use]
    pub fn across(&self) -> &[Named] {
        &self.across
    }

    /// How many, by severity, worst first; `None` is the sum over all, in which each finding counts once.
    #[must_use]
    pub fn cell(&self, row: Option<usize>, column: Option<usize>) -> [usize; 6] {
        let place = |at: Option<usize>| at.map_or(0, |at| at + 1);
        self.cells.get(place(row) * (self.across.len() + 1) + place(column)).copied().unwrap_or_default()
    }
}

/// A cell of a table that grows as it is asked for.
fn cell_of(counts: &mut Vec<Vec<[usize; 6]>>, row: u32, column: u32) -> &mut [usize; 6] {
    let (row, column) = (row as usize, column as usize);
    if counts.len() <= row {
        counts.resize(row + 1, Vec::new());
    }
    let cells = &mut counts[row];
    if cells.len() <= column {
        cells.resize(column + 1, [0; 6]);
    }
    &mut cells[column]
}

/// The groups of a lens or a field with their names, where they are known before any finding: also those that nothing is in.
#[must_use]
pub fn fixed_groups(key: &GroupKey, lenses: Option<&LensSet>) -> Vec<Named> {
    let named = |value: &str, title: &str| Named { value: value.to_owned(), title: title.to_owned() };
    match key {
        GroupKey::Field(Field::Layer | Field::Touches) => Layer::ALL
            .iter()
            .map(|layer| {
                let title = lenses.map_or_else(|| layer.slug().to_owned(), |lenses| lenses.layer(*layer).title);
                named(layer.slug(), &format!("{} {title}", layer.number()))
            })
            .collect(),
        GroupKey::Field(Field::Side) => Side::ALL
            .iter()
            .map(|side| named(side.slug(), &lenses.map_or_else(|| side.slug().to_owned(), |lenses| lenses.side(*side).title)))
            .collect(),
        GroupKey::Field(field @ (Field::Source | Field::SeenBy)) => words(*field).iter().map(|(slug, title)| named(slug, title)).collect(),
        GroupKey::Field(field @ (Field::Severity | Field::Priority | Field::Status | Field::Trait)) => {
            words(*field).iter().map(|(slug, _)| named(slug, slug)).collect()
        }
        GroupKey::Field(_) | GroupKey::Tag(_) => Vec::new(),
        GroupKey::Lens(id) => {
            let groups = lenses.and_then(|lenses| lenses.lens(id)).map(crate::lens::Lens::groups).unwrap_or_default();
            let title = |key: &str, title: &str| if key.eq_ignore_ascii_case(title) { key.to_owned() } else { format!("{key} {title}") };
            // Numbers and short codes tell something; words only repeat the title.
            let is_code = groups.iter().all(|group| group.key.len() <= 6);
            groups
                .iter()
                .map(|group| named(&group.key, &if is_code { title(&group.key, &group.title) } else { group.title.clone() }))
                .collect()
        }
    }
}

/// What the groups are of, for a heading.
#[must_use]
pub fn axis_title(key: &GroupKey, lenses: Option<&LensSet>) -> String {
    match key {
        GroupKey::Field(Field::Layer) => "Layer".to_owned(),
        GroupKey::Field(Field::Touches) => "Layer touched".to_owned(),
        GroupKey::Field(Field::ResourceType) => "Resource type".to_owned(),
        GroupKey::Field(field) => {
            let name = field.name();
            let name = if name == "sev" { "severity" } else { name };
            let mut chars = name.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        }
        GroupKey::Tag(key) => format!("Tag {key}"),
        GroupKey::Lens(id) => lenses.and_then(|lenses| lenses.lens(id)).map_or_else(|| id.clone(), |lens| lens.title().to_owned()),
    }
}

impl Query {
    /// The query for one group only; the grouping itself goes.
    #[must_use]
    pub fn for_group(&self, key: &GroupKey, value: &str) -> Self {
        let query = if self.group() == Some(key) { self.without_name("group") } else { self.clone() };
        let value_of = super::compose::quoted;
        match key {
            GroupKey::Field(field) if value.is_empty() => query.with_term(&format!("-{}:*", field.name())),
            GroupKey::Field(field) => query.with_only(*field, value),
            GroupKey::Tag(key) if value.is_empty() => query.with_term(&format!("-tag:{}", value_of(&format!("{key}=*")))),
            GroupKey::Tag(key) => query.with_term(&format!("tag:{}", value_of(&format!("{key}={value}")))),
            GroupKey::Lens(id) if value.is_empty() => query.with_term(&format!("-lens.{id}:*")),
            GroupKey::Lens(id) => query.with_term(&format!("lens.{id}:{}", value_of(value))),
        }
    }
}

/// An axis that is being counted.
struct Axis<'a> {
    key: &'a GroupKey,
    words: Vec<(&'static str, &'static str)>,
    groups: Vec<Named>,
    numbers: HashMap<String, u32>,
    /// How many of the groups are there whatever the findings are.
    fixed: usize,
    /// The groups of the finding that was placed last.
    here: Vec<u32>,
}

impl<'a> Axis<'a> {
    fn new(key: &'a GroupKey, lenses: Option<&LensSet>) -> Self {
        let groups = fixed_groups(key, lenses);
        let numbers = groups.iter().enumerate().map(|(at, group)| (group.value.clone(), at as u32)).collect();
        let words = if let GroupKey::Field(field) = key { words(*field) } else { Vec::new() };
        Self { key, words, fixed: groups.len(), groups, numbers, here: Vec::new() }
    }

    fn place(&mut self, finding: &Finding) {
        let Self { key, words, groups, numbers, here, .. } = self;
        here.clear();
        let mut add = |value: &str, title: &str| {
            let number = numbers.get(value).copied().unwrap_or_else(|| {
                groups.push(Named { value: value.to_owned(), title: title.to_owned() });
                numbers.insert(value.to_owned(), groups.len() as u32 - 1);
                groups.len() as u32 - 1
            });
            if !here.contains(&number) {
                here.push(number);
            }
        };
        let mut any = false;
        key.each_value(finding, words, &mut |_, value| {
            any = true;
            add(value, value);
        });
        if !any {
            add("", NO_PLACE);
        }
    }

    /// The groups in their order: the fixed ones as they are, the others by how many are in them, those without a value last.
    fn order(&self, count: impl Fn(u32) -> usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.groups.len() as u32).collect();
        order.sort_by_key(|at| {
            let group = &self.groups[*at as usize];
            let place = if (*at as usize) < self.fixed { (0, *at as usize) } else { (1, usize::MAX - count(*at)) };
            (group.value.is_empty(), place, group.value.clone())
        });
        order
    }

    fn named(&self, order: &[u32]) -> Vec<Named> {
        order.iter().map(|at| self.groups[*at as usize].clone()).collect()
    }
}

/// What findings without a value are called.
pub const NO_PLACE: &str = "no place here";

/// The groupings that a board can have on either side.
#[must_use]
pub fn axes(lenses: Option<&LensSet>) -> Vec<GroupKey> {
    let mut axes = vec![GroupKey::Field(Field::Layer), GroupKey::Field(Field::Side)];
    let others = lenses.map(LensSet::lenses).unwrap_or_default();
    axes.extend(others.iter().filter(|lens| !matches!(lens.id(), "layers" | "sides")).map(|lens| GroupKey::Lens(lens.id().to_owned())));
    axes.extend([Field::Source, Field::Severity, Field::Region, Field::Account].map(GroupKey::Field));
    axes
}

#[cfg(test)]
mod tests {
    use super::{Matrix, axes};
    use crate::lens::LensSet;
    use crate::query::{GroupKey, Query, View, grouped};
    use crate::store::Store;

    #[test]
    fn the_values_of_an_axis_are_those_that_its_query_selects() {
        let (store, lenses) = store();
        let all = View::new(&store, &Query::default(), crate::model::Timestamp::UNIX_EPOCH);
        for down in axes(Some(&lenses)) {
            for across in axes(Some(&lenses)) {
                let matrix = Matrix::of(&store, all.rows(), &down, &across, Some(&lenses));
                assert_eq!(matrix.cell(None, None).iter().sum::<usize>(), store.len());
                for (row, group) in matrix.down().iter().enumerate() {
                    for (column, other) in matrix.across().iter().enumerate().filter(|_| down != across) {
                        let query = Query::default().for_group(&down, &group.value).for_group(&across, &other.value);
                        let selected = View::new(&store, &query, crate::model::Timestamp::UNIX_EPOCH);
                        let counted: usize = matrix.cell(Some(row), Some(column)).iter().sum();
                        assert_eq!(counted, selected.rows().len(), "{}", query.text);
                    }
                }
            }
        }
    }

    #[test]
    fn a_matrix_agrees_with_the_groups_of_a_list() {
        let (store, lenses) = store();
        let all = View::new(&store, &Query::default(), crate::model::Timestamp::UNIX_EPOCH);
        for key in axes(Some(&lenses)) {
            let matrix = Matrix::of(&store, all.rows(), &key, &GroupKey::Field(crate::query::Field::Severity), Some(&lenses));
            for (value, rows) in grouped(&store, all.rows(), &key) {
                let row = matrix.down().iter().position(|group| group.value == value).unwrap_or_else(|| panic!("{value}"));
                assert_eq!(matrix.cell(Some(row), None).iter().sum::<usize>(), rows.len(), "{value}");
            }
        }
    }

    fn store() -> (Store, LensSet) {
        use crate::model::{AccountId, Region, Severity};
        let lenses = LensSet::builtin();
        let mut placer = lenses.placer();
        let findings = crate::lens::known().iter().step_by(5).enumerate().map(|(number, known)| {
            let mut finding = known.finding();
            finding.key = crate::model::MergeKey::new(&format!("{number}"));
            finding.severity = Severity::ALL[number % 6];
            finding.account = AccountId::new(if number % 3 == 0 { "111122223333" } else { "444455556666" });
            finding.region = Region::new(["eu-central-1", "us-east-1"][number % 2]);
            placer.place(&mut finding);
            finding
        });
        let mut store = Store::new();
        store.ingest(crate::store::Batch { findings: findings.collect(), raw: crate::store::RawBlock::compress(b"{}") });
        (store, lenses)
    }
}
