//! The 22 queries: what each asks, what comes of it, and what to ask instead.

use tresor_core::refusal::Code;

/// One query of the benchmark.
pub struct Query {
    pub number: usize,
    /// What it asks, in a few words.
    pub asks: &'static str,
    /// The text of the benchmark with its validation parameters.
    pub sql: &'static str,
    pub verdict: Verdict,
    /// Why, for the reader of the page.
    pub why: &'static str,
}

/// What comes of a query.
pub enum Verdict {
    /// Answered as it stands.
    Answered(Truth),
    /// Answered, but nothing of it is left: another question brings more.
    Nothing(Instead),
    /// Refused with this code; another question is answered.
    Refused(Code, Instead),
}

/// The question to ask instead.
pub struct Instead {
    pub sql: &'static str,
    /// Whether it has the same answer as the text of the benchmark.
    pub same: bool,
    pub truth: Truth,
}

/// How an answer is held against the truth.
pub enum Truth {
    /// About nobody: all rows are alike, in the same order.
    Public,
    /// Cells of customers: so many columns that are their keys, and how many customers each cell has, in SQL.
    Cells(usize, &'static str),
}

/// A text of the folder `queries`.
macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("queries/", $name, ".sql"))
    };
}

const fn instead(sql: &'static str, same: bool, truth: Truth) -> Instead {
    Instead { sql, same, truth }
}

const PRODUCT: &str = "the product of two measures is added up from protected parts";

/// All of them, in order.
pub const QUERIES: [Query; 22] = [
    Query {
        number: 1,
        asks: "sums and means of lines by status",
        sql: text!("q01"),
        verdict: Verdict::Refused(
            Code::MeasureNotLinear,
            instead(text!("q01-instead"), true, Truth::Cells(2, text!("q01-persons"))),
        ),
        why: "multiplies three measures, and two are the most; ask for the column that holds the product",
    },
    Query {
        number: 2,
        asks: "cheapest supplier of each part",
        sql: text!("q02"),
        verdict: Verdict::Answered(Truth::Public),
        why: "about nobody",
    },
    Query {
        number: 3,
        asks: "ten largest orders not yet shipped",
        sql: text!("q03"),
        verdict: Verdict::Nothing(instead(
            text!("q03-instead"),
            false,
            Truth::Cells(2, text!("q03-persons")),
        )),
        why: "lists single orders, each of one customer, so none is left; ask by month",
    },
    Query {
        number: 4,
        asks: "orders with a late line, by priority",
        sql: text!("q04"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q04-persons"))),
        why: "`EXISTS` by order: the person is added",
    },
    Query {
        number: 5,
        asks: "revenue within each nation",
        sql: text!("q05"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q05-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 6,
        asks: "revenue that less discount would bring",
        sql: text!("q06"),
        verdict: Verdict::Answered(Truth::Cells(0, text!("q06-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 7,
        asks: "trade between two nations by year",
        sql: text!("q07"),
        verdict: Verdict::Answered(Truth::Cells(3, text!("q07-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 8,
        asks: "market share of a nation by year",
        sql: text!("q08"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q08-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 9,
        asks: "profit by nation and year",
        sql: text!("q09"),
        verdict: Verdict::Refused(
            Code::MeasureNotLinear,
            instead(text!("q09-instead"), true, Truth::Cells(2, text!("q09-persons"))),
        ),
        why: "`ps_supplycost` is of a table about nobody and no measure of customers, so it cannot be multiplied with \
              one; ask for the column that holds the product",
    },
    Query {
        number: 10,
        asks: "twenty customers who returned most",
        sql: text!("q10"),
        verdict: Verdict::Refused(
            Code::RowsPicked,
            instead(text!("q10-instead"), false, Truth::Cells(1, text!("q10-persons"))),
        ),
        why: "lists single customers with name and address; ask by nation",
    },
    Query {
        number: 11,
        asks: "most valuable stock of a nation",
        sql: text!("q11"),
        verdict: Verdict::Answered(Truth::Public),
        why: "about nobody",
    },
    Query {
        number: 12,
        asks: "late lines by mode and priority",
        sql: text!("q12"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q12-persons"))),
        why: "joined by order: the person is added",
    },
    Query {
        number: 13,
        asks: "customers by number of orders",
        sql: text!("q13"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q13-persons"))),
        why: "counts per customer, then customers",
    },
    Query {
        number: 14,
        asks: "share of promoted parts in revenue",
        sql: text!("q14"),
        verdict: Verdict::Answered(Truth::Cells(0, text!("q14-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 15,
        asks: "supplier with most revenue",
        sql: text!("q15"),
        verdict: Verdict::Answered(Truth::Cells(4, text!("q15-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 16,
        asks: "suppliers by kind of part",
        sql: text!("q16"),
        verdict: Verdict::Answered(Truth::Public),
        why: "about nobody",
    },
    Query {
        number: 17,
        asks: "revenue of small orders of a part",
        sql: text!("q17"),
        verdict: Verdict::Answered(Truth::Cells(0, text!("q17-persons"))),
        why: "the mean of each part is protected first, then used as a table about nobody; parts with fewer \
              than ten customers have none",
    },
    Query {
        number: 18,
        asks: "customers with very large orders",
        sql: text!("q18"),
        verdict: Verdict::Refused(
            Code::RowsPicked,
            instead(text!("q18-instead"), false, Truth::Cells(1, text!("q18-persons"))),
        ),
        why: "lists single customers and orders; ask how many there are, and keep the customer beside the \
              order where orders are chosen",
    },
    Query {
        number: 19,
        asks: "revenue of some parts in some sizes",
        sql: text!("q19"),
        verdict: Verdict::Answered(Truth::Cells(0, text!("q19-persons"))),
        why: PRODUCT,
    },
    Query {
        number: 20,
        asks: "suppliers with too much stock of a part",
        sql: text!("q20"),
        verdict: Verdict::Nothing(instead(
            text!("q20-instead"),
            false,
            Truth::Cells(2, text!("q20-persons")),
        )),
        why: "what was sold of a part by one supplier in a year was sold to fewer than ten customers, so every sum \
              is withheld and no comparison with it holds; ask for all such parts together",
    },
    Query {
        number: 21,
        asks: "suppliers who kept orders waiting",
        sql: text!("q21"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q21-persons"))),
        why: "`EXISTS` and `NOT EXISTS` by order: the person is added",
    },
    Query {
        number: 22,
        asks: "rich customers without orders, by country",
        sql: text!("q22"),
        verdict: Verdict::Answered(Truth::Cells(1, text!("q22-persons"))),
        why: "the mean is protected first; `NOT EXISTS` by the person",
    },
];
