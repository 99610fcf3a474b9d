//! The criteria of GuardDuty and Macie: `findingCriteria.criterion`, a map of paths to conditions, and `sortCriteria`.

use serde_json::Value;

use super::answer::Answer;
use super::desk::Desk;
use super::filter::{Condition, Filter, Test};
use super::listing::Sort;

/// GuardDuty allows 50 values a condition.
const MOST_VALUES: usize = 50;

impl Desk<'_> {
    pub(super) fn criteria(&self) -> Result<Filter, Answer> {
        let Some(criterion) = self.body["findingCriteria"]["criterion"].as_object() else { return Ok(Filter::default()) };
        let conditions = criterion.iter().map(|(path, tests)| self.criterion(path, tests)).collect::<Result<_, _>>()?;
        Ok(Filter { conditions })
    }

    fn criterion(&self, path: &str, tests: &Value) -> Result<Condition, Answer> {
        let mut condition = Condition { path: path.to_owned(), ..Condition::default() };
        for (name, operand) in tests.as_object().into_iter().flatten() {
            let words = || operand.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            let number = operand.as_f64();
            if words().count() > MOST_VALUES {
                return Err(self.invalid(path, &format!("the criterion {path} has more than {MOST_VALUES} values")));
            }
            match (name.as_str(), number) {
                ("eq" | "equals" | "eqExactMatch", _) => condition.any.extend(words().map(Test::Is)),
                ("neq" | "notEquals", _) => condition.all.extend(words().map(Test::IsNot)),
                ("gt" | "greaterThan", Some(bound)) => condition.all.push(Test::Above(bound)),
                ("gte" | "greaterThanOrEqual", Some(bound)) => condition.all.push(Test::AtLeast(bound)),
                ("lt" | "lessThan", Some(bound)) => condition.all.push(Test::Below(bound)),
                ("lte" | "lessThanOrEqual", Some(bound)) => condition.all.push(Test::AtMost(bound)),
                _ => return Err(self.invalid(path, &format!("the criterion {path} has an invalid condition {name}"))),
            }
        }
        Ok(condition)
    }

    pub(super) fn sort_criteria(&self, name: &str) -> Option<Sort> {
        let sort = self.body.get(name)?;
        let path = sort["attributeName"].as_str()?.to_owned();
        Some(Sort { path, descending: sort["orderBy"] == "DESC" })
    }
}
