//! The priorities of the rows: what each finding says of itself, and what the others say of its resource.
//!
//! Rows are judged after each batch, all at once: what is known then decides, not the order in which it came. Only visible rows
//! tell, listen, and have a priority that is not their severity; a record behind another one has the priority that its source gave.

use std::collections::HashMap;

use super::RowId;
use super::neighbours::Neighbours;
use super::rows::{Row, Rows};
use crate::model::{Finding, Priority};
use crate::priority::{Ranker, Rules};

/// What is known for the priorities.
#[derive(Debug, Default)]
pub(super) struct Standing {
    rules: Option<Rules>,
    ranker: Option<Ranker>,
    neighbours: Neighbours,
    /// What their sources gave the rows whose priority is another one.
    given: HashMap<RowId, Priority>,
}

impl Standing {
    /// Nothing is known yet; these rules are in place of the embedded ones.
    pub(super) fn with(rules: Rules) -> Self {
        Self { rules: Some(rules), ..Self::default() }
    }

    /// Compiled when the first finding comes: a store is made before the first frame is drawn.
    fn ranker<'r>(ranker: &'r mut Option<Ranker>, rules: Option<&Rules>) -> &'r mut Ranker {
        ranker.get_or_insert_with(|| Ranker::new(rules.cloned().unwrap_or_else(Rules::builtin)))
    }

    /// Gives the row the priority that its source gave; returns the one that it had, if it is another.
    pub(super) fn take_down(&mut self, id: RowId, finding: &mut Finding) -> Option<Priority> {
        let given = self.given.remove(&id)?;
        Some(std::mem::replace(&mut finding.priority, given))
    }

    /// Gives the row back what [`Standing::take_down`] took.
    pub(super) fn put_up(&mut self, id: RowId, finding: &mut Finding, priority: Option<Priority>) {
        if let Some(priority) = priority {
            self.given.insert(id, std::mem::replace(&mut finding.priority, priority));
        }
    }

    /// The row's record goes, is replaced, or hidden: it tells and listens no more, and its priority is as its source gave it.
    pub(super) fn leave(&mut self, id: RowId, row: &mut Row) {
        self.take_down(id, &mut row.finding);
        if std::mem::take(&mut row.entered) {
            let assessment = Self::ranker(&mut self.ranker, self.rules.as_ref()).assess(&row.finding);
            self.neighbours.leave(id, &row.finding, &assessment);
        }
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.neighbours.bytes() + self.given.capacity() * size_of::<(RowId, Priority)>()
    }

    /// Judges the rows that changed, and those that hear something else of their resources now; adds to `touched` those whose
    /// priority changed.
    pub(super) fn settle(&mut self, rows: &mut Rows, touched: &mut Vec<RowId>) {
        touched.sort_unstable();
        touched.dedup();
        let mut due = Vec::new();
        for &id in touched.iter() {
            if !rows[id].visible {
                self.leave(id, &mut rows[id]);
                continue;
            }
            let row = &mut rows[id];
            if !row.entered {
                let assessment = Self::ranker(&mut self.ranker, self.rules.as_ref()).assess(&row.finding);
                if assessment.is_plain() {
                    self.take_down(id, &mut row.finding);
                    continue;
                }
                self.neighbours.enter(id, &row.finding, &assessment);
                row.entered = true;
            }
            due.push(id);
        }
        due.extend(self.neighbours.hearing());
        due.sort_unstable();
        due.dedup();
        for id in due {
            let finding = &mut rows[id].finding;
            let before = self.take_down(id, finding);
            let ranker = Self::ranker(&mut self.ranker, self.rules.as_ref());
            let assessment = ranker.assess(finding);
            let now = ranker.priority(finding, &assessment, &self.neighbours.around(finding, &assessment));
            if now != before {
                touched.push(id);
            }
            self.put_up(id, finding, now);
        }
    }
}
