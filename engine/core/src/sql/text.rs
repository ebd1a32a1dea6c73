//! The SQL text as tokens with places, so that a refusal can point at what it is about.

use std::collections::BTreeSet;

use datafusion::common::Column;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan, Tokenizer, Whitespace};

use super::views::Views;
use crate::limits::Limits;
use crate::refusal::{Code, Position, Refusal};

/// SQL text that is short enough to look at, cut into tokens.
#[derive(Clone)]
pub struct QueryText {
    text: String,
    tokens: Vec<TokenWithSpan>,
    /// The views that the query uses, and which of them.
    views: (Views, BTreeSet<usize>),
}

impl QueryText {
    /// Cuts the text into tokens.
    ///
    /// # Errors
    /// Too long, or not even tokens (an open quote, for example).
    pub fn read(text: &str, limits: &Limits) -> Result<Self, Refusal> {
        if text.len() > limits.sql_bytes {
            return Err(Refusal::new(
                Code::TooLarge,
                format!(
                    "the SQL is {} bytes long; at most {} are read",
                    text.len(),
                    limits.sql_bytes
                ),
                "shorten it, for example by joining a code list instead of listing values",
            )
            .under("limit: sql_bytes"));
        }
        if text.contains('\0') {
            return Err(Refusal::new(
                Code::SyntaxError,
                "the SQL holds the character of number 0, which no text has",
                "remove it; it is often left behind by a copy from another program",
            ));
        }
        let tokens =
            Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().map_err(|e| {
                let at = Position {
                    line: e.location.line,
                    column: e.location.column,
                    end: e.location.column + 1,
                };
                Refusal::new(
                    Code::SyntaxError,
                    format!("the SQL cannot be read: {}", e.message),
                    "check quotes and special characters near this place",
                )
                .at(Some(at))
            })?;
        let words =
            tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).count();
        if words > limits.sql_tokens {
            return Err(Refusal::new(
                Code::TooLarge,
                format!(
                    "the SQL has {words} words and signs; at most {} are read",
                    limits.sql_tokens
                ),
                "shorten it, for example by joining a code list instead of listing values",
            )
            .under("limit: sql_tokens"));
        }
        Ok(Self { text: text.to_owned(), tokens, views: Default::default() })
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The tokens, for the parser.
    pub(super) fn tokens(&self) -> Vec<TokenWithSpan> {
        self.tokens.clone()
    }

    /// The same text with words that stand nowhere, for what must not be pointed at.
    pub(super) fn without_places(&self) -> Self {
        let tokens = self.tokens.iter().map(|token| TokenWithSpan::wrap(token.token.clone()));
        Self { tokens: tokens.collect(), ..self.clone() }
    }

    /// The text with the views that its query uses.
    pub(super) fn using(self, views: &Views, used: BTreeSet<usize>) -> Self {
        Self { views: (views.clone(), used), ..self }
    }

    /// The name of a view of this query whose own text has this word.
    #[must_use]
    pub fn view_with(&self, word: &str) -> Option<&str> {
        let (views, used) = &self.views;
        views.with_word(used, word)
    }

    /// Every word, in lower case.
    pub(super) fn words(&self) -> BTreeSet<String> {
        let words = self.tokens.iter().filter_map(|token| match &token.token {
            Token::Word(word) => Some(word.value.to_lowercase()),
            _ => None,
        });
        words.collect()
    }

    /// The SQL with a placeholder for every literal, cut to 4,000 characters: safe to show in the log, equal for
    /// queries that differ in their constants only.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut shape = String::new();
        for token in &self.tokens {
            match &token.token {
                Token::Whitespace(_) => {
                    if !shape.ends_with(' ') {
                        shape.push(' ');
                    }
                }
                Token::Word(word) if word.quote_style.is_none() => {
                    shape.push_str(&word.value.to_lowercase())
                }
                token if is_literal(token) => shape.push('?'), // quoted names too: they can hold anything
                other => shape.push_str(&other.to_string()),
            }
        }
        shape.trim().chars().take(4_000).collect()
    }

    /// Every constant in the order of the text, without its quotes; quoted names and comments too, since they can hold
    /// anything.
    #[must_use]
    pub fn literals(&self) -> Vec<String> {
        let written = self.tokens.iter().filter_map(|token| match &token.token {
            Token::Whitespace(
                Whitespace::SingleLineComment { comment, .. }
                | Whitespace::MultiLineComment(comment),
            ) => Some(comment.trim().to_owned()),
            Token::Whitespace(_) => None,
            Token::Word(word) => word.quote_style.map(|_| word.value.clone()),
            Token::Number(digits, _) => Some(digits.clone()),
            Token::SingleQuotedString(text) => Some(text.clone()),
            token => is_literal(token).then(|| token.to_string()),
        });
        written.collect()
    }

    /// Where a word first stands, ignoring case, quotes aside.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<Position> {
        self.tokens.iter().find_map(|token| match &token.token {
            Token::Word(found) if found.value.eq_ignore_ascii_case(word) => position(token.span),
            _ => None,
        })
    }

    /// Where a column of the plan is written; where its name first stands, if the plan does not tell.
    #[must_use]
    pub fn find_column(&self, column: &Column) -> Option<Position> {
        let told = column.spans.first().filter(|span| span.start.line > 0);
        match told {
            Some(span) => Some(Position {
                line: span.start.line,
                column: span.start.column,
                end: span.end.column.max(span.start.column + 1),
            }),
            None => self.find(&column.name),
        }
    }

    /// Where the first of several words stands.
    #[must_use]
    pub fn find_any(&self, words: &[&str]) -> Option<Position> {
        words.iter().filter_map(|word| self.find(word)).min_by_key(|at| (at.line, at.column))
    }
}

/// Whether a text begins with EXPLAIN: it asks what a query would do and never runs it.
#[must_use]
pub fn asks_to_explain(sql: &str, limits: &Limits) -> bool {
    let first = QueryText::read(sql, limits).ok().and_then(|text| {
        let mut tokens = text.tokens.into_iter().map(|token| token.token);
        tokens.find(|token| !matches!(token, Token::Whitespace(_)))
    });
    matches!(first, Some(Token::Word(word)) if word.keyword == Keyword::EXPLAIN)
}

/// Tokens that carry a constant. What is neither a word nor plain punctuation counts as one.
const fn is_literal(token: &Token) -> bool {
    !matches!(
        token,
        Token::Comma
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::LParen
            | Token::RParen
            | Token::Period
            | Token::SemiColon
            | Token::EOF
    )
}

/// A parser span as a place; `None` for an empty one.
#[must_use]
pub fn position(span: Span) -> Option<Position> {
    if span.start.line == 0 {
        return None;
    }
    let end =
        if span.end.line == span.start.line { span.end.column } else { span.start.column + 1 };
    Some(Position {
        line: span.start.line,
        column: span.start.column,
        end: end.max(span.start.column + 1),
    })
}
