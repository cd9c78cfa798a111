//! What is wrong with a rule file, as data.

use std::fmt;

/// How much a problem matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProblemLevel {
    /// The rule works, but not as its author may think.
    Warning,
    /// The rule (or the whole file) cannot be used, or says something false.
    Error,
}

/// One problem of one rule file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleProblem {
    /// The file as it was named or walked to; `rules/NAME` for a built-in one.
    pub file: String,
    /// 1-based line and column, where the file is not JSON at all.
    pub place: Option<(usize, usize)>,
    /// Id of the rule, where it has one.
    pub rule: Option<String>,
    /// JSON path of the field, such as `dead_ends[1].why_fails`.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub remedy: Option<String>,
    /// How much it matters.
    pub level: ProblemLevel,
}

impl fmt::Display for RuleProblem {
    /// `FILE:LINE:COLUMN: FIELD: REASON; REMEDY`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.reason)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}
