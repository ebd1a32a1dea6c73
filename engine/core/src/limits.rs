//! Limits on what is looked at and how large it may be, as one value that is handed in.

/// Limits on one query. All are checked before a row is read.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Length of the SQL text, bytes.
    pub sql_bytes: usize,
    /// Tokens of the SQL text, without white space.
    pub sql_tokens: usize,
    /// Nesting of parentheses, sub-queries and expressions.
    pub depth: usize,
    /// Operators in one flat chain (`a + b + c ..`, `x OR y OR ..`).
    pub chain: usize,
    /// Values in one IN list.
    pub in_list: usize,
    /// CTEs in the whole text.
    pub ctes: usize,
    /// Table references after every CTE use is expanded.
    pub table_references: usize,
    /// Joins after every CTE use is expanded.
    pub joins: usize,
    /// Joins of tables that both have many rows per person: each can square the number of rows.
    pub multiplying_joins: usize,
    /// Joins of results that do not equate a whole key: each can pair every row with every row.
    pub multiplying_results: usize,
    /// Parts of all expressions once every column is written out in full.
    pub expanded: usize,
    /// Columns of one SELECT list.
    pub output_columns: usize,
    /// Keys of one GROUP BY.
    pub group_keys: usize,
    /// Aggregates at one release boundary.
    pub measures: usize,
    /// Release boundaries in one query.
    pub boundaries: usize,
    /// Rows of a protected answer.
    pub result_rows: usize,
    /// Rows to which a protected table is completed from public code lists.
    pub completed_rows: usize,
    /// Memory for one query, bytes.
    pub memory_bytes: usize,
    /// Temporary files of one query, bytes.
    pub spill_bytes: u64,
    /// Time for one query, seconds.
    pub seconds: u64,
    /// What the project may not do although the engine offers it.
    pub project: ProjectLimits,
}

/// What one project may not do although the engine offers it. It only takes away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectLimits {
    /// Functions that it may not call, each by the first of its names.
    pub functions: Vec<Narrowed<String>>,
    /// Joins after every CTE use is expanded.
    pub joins: Option<Narrowed<usize>>,
    /// The rule that forbids UNION, INTERSECT and EXCEPT.
    pub no_set_operations: Option<String>,
}

/// A limit and the rule that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed<T> {
    /// The limit.
    pub value: T,
    /// The file and line that say so.
    pub rule: String,
}

impl Limits {
    /// These limits in one project.
    #[must_use]
    pub fn within(&self, project: &ProjectLimits) -> Self {
        Self { project: project.clone(), ..self.clone() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sql_bytes: 64 * 1024,
            sql_tokens: 8_000,
            depth: 50,
            chain: 256,
            in_list: 10_000,
            ctes: 32,
            table_references: 32,
            joins: 16,
            multiplying_joins: 2,
            multiplying_results: 1,
            expanded: 50_000,
            output_columns: 256,
            group_keys: 16,
            measures: 64,
            boundaries: 16,
            result_rows: 50_000,
            completed_rows: 10_000,
            memory_bytes: 1 << 30,
            spill_bytes: 1 << 30,
            seconds: 120,
            project: ProjectLimits::default(),
        }
    }
}
