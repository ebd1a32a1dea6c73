//! Kinds of use: what a query does with a column. Access rules and reads speak about the same five.

/// What a query does with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Cells are formed by it.
    Group,
    /// Rows are chosen by it.
    Filter,
    /// It is counted, summed or averaged.
    Measure,
    /// Tables are linked by it.
    Join,
    /// Its values appear in the result. Last, because a refusal names the first use that is not allowed.
    Output,
}

impl Use {
    /// Every kind of use.
    pub const ALL: [Self; 5] = [Self::Output, Self::Group, Self::Filter, Self::Measure, Self::Join];

    /// The word used in policy files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Group => "group",
            Self::Filter => "filter",
            Self::Measure => "measure",
            Self::Join => "join",
        }
    }

    /// How to say it to a researcher: "may not be ...".
    #[must_use]
    pub const fn participle(self) -> &'static str {
        match self {
            Self::Output => "shown in results",
            Self::Group => "used in GROUP BY",
            Self::Filter => "used in conditions",
            Self::Measure => "counted, summed or averaged",
            Self::Join => "used to join tables",
        }
    }
}
