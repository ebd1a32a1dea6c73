//! What the desk answers, as the description of the API has it. The engine makes these documents.

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
    /// The revision in force, those that take effect later, and what is frozen.
    PoliciesInForce;
    /// Every revision, newest first: number, bundle, when and by whom it was activated, from which change.
    PolicyRevisions;
    /// The texts of a bundle, by path below `policies/`, and its digest.
    PolicyFiles;
    /// Who may use what: one line for each role and column.
    AccessMatrix;
    /// Every change, newest first.
    PolicyChanges;
    /// A change: title, reason, author, the revision it was made on, its bundle, how far it has come, what comes next.
    PolicyChange;
    /// Whether the files of a change may become a revision: everything that is wrong with its place, and the outcome
    /// of every policy test.
    Validation;
    /// A change against the latest revision: the texts, and who may use what.
    PolicyDifference;
    /// What would have become of earlier queries: how many stay as they were, and those that would not.
    WhatIf;
    /// The text to sign, byte for byte.
    Statement;
    /// A revision.
    PolicyRevision;
    /// What the public may know of every project.
    Register;
    /// Every freeze, also those that were lifted.
    Freezes;
    /// A freeze: what, why, by whom, and who agreed to lift it.
    Freeze;
}
