//! What the log answers, as the description of the API has it. The engine makes these documents.

use serde_json::Value;
use utoipa::ToSchema;

macro_rules! described {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(ToSchema)]
            #[schema(value_type = Object)]
            pub(super) struct $name(#[expect(dead_code, reason = "described, never made")] Value);
        )+
    };
}

described! {
    /// A part of the audit log.
    AuditEntries;
    /// Entries that fit. `next` is where to go on (`from`), null when everything was looked at; a page without entries and
    /// with `next` is no end. `reading` is the entry that records this reading.
    FoundEntries;
    /// An entry, with the leaf that its hash is of; where texts were opened, with their salts.
    AuditEntry;
    /// Everything about one query in the order in which it happened; or days with counts and the address of their entries.
    Timeline;
    /// Who used the column, for each project: how, how often, whether anything left, first and last, the last queries.
    ColumnUses;
    /// Pairs of questions about nearly the same people, the closest first, with the conditions that differ; and questions
    /// about the same people that were asked again.
    Overlaps;
    /// Hashes, in base64, that lead from the root at `from` entries to the root at `to` entries (RFC 6962).
    Consistency;
    /// Questions of one shape (`same_shape`), and of one person about the same people in different words (`same_cohort`).
    NearDuplicates;
    /// What looks like an attack. `kind` is the indicator and `of` whose questions were counted together: a person, a project,
    /// or a circle of projects that share people. `not_looked_for` are indicators that need sealed texts.
    Alerts;
    /// How much of one person's answer about a sensitive column the released numbers explain at most, in percent, and how
    /// often the best guess from them would be right. `most_exposed` are groups of people of whom the same is known.
    Exposures;
}
