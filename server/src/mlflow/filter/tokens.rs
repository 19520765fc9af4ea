//! The words and signs of a filter.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::mlflow::refusal::invalid;
use crate::problem::{Problem, shown};

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mlflow) enum Sign {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A word or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word without quotes, as it stands there.
    Word(String),
    /// What stands in backticks.
    Name(String),
    /// What stands in quotes; whether they are double.
    Text(String, bool),
    Sign(Sign),
    Dot,
    Open,
    Close,
    Comma,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
}

impl Lexer<'_> {
    /// The words and signs of a text.
    pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
        let mut lexer = Lexer {
            text,
            rest: text.char_indices().peekable(),
        };
        let mut tokens = Vec::new();
        while let Some((start, char)) = lexer.rest.next() {
            tokens.push(match char {
                char if char.is_whitespace() => continue,
                '.' if !lexer.next_is(|char| char.is_ascii_digit()) || follows_name(&tokens) => {
                    Token::Dot
                }
                '(' => Token::Open,
                ')' => Token::Close,
                ',' => Token::Comma,
                '`' => Token::Name(lexer.quoted('`')?),
                quote @ ('"' | '\'') => Token::Text(lexer.quoted(quote)?, quote == '"'),
                '=' => {
                    lexer.take('=');
                    Token::Sign(Sign::Eq)
                }
                '!' if lexer.take('=') => Token::Sign(Sign::Ne),
                '<' if lexer.take('>') => Token::Sign(Sign::Ne),
                '<' if lexer.take('=') => Token::Sign(Sign::Le),
                '<' => Token::Sign(Sign::Lt),
                '>' if lexer.take('=') => Token::Sign(Sign::Ge),
                '>' => Token::Sign(Sign::Gt),
                char if of_word(char) || char == '.' => Token::Word(lexer.word(start)),
                _ => return Err(refused(text, &format!("`{char}` has no meaning there"))),
            });
        }
        Ok(tokens)
    }

    fn next_is(&mut self, is: impl Fn(char) -> bool) -> bool {
        self.rest.peek().is_some_and(|(_, char)| is(*char))
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, char)| *char == wanted).is_some()
    }

    /// A word from its first character on. A number has its dot and its exponent's sign in it.
    fn word(&mut self, start: usize) -> String {
        let is_number = self.text[start..]
            .starts_with(|char: char| char.is_ascii_digit() || matches!(char, '-' | '+' | '.'));
        let mut before = '.';
        let mut end = self.text.len();
        while let Some((at, char)) = self.rest.peek().copied() {
            let of_number = is_number
                && (char == '.' || (matches!(char, '+' | '-') && matches!(before, 'e' | 'E')));
            if !of_word(char) && !of_number {
                end = at;
                break;
            }
            before = char;
            self.rest.next();
        }
        self.text[start..end].to_owned()
    }

    fn quoted(&mut self, quote: char) -> Result<String, Problem> {
        let mut text = String::new();
        while let Some((_, char)) = self.rest.next() {
            if char != quote {
                text.push(char);
            } else if self.take(quote) {
                // Twice it stands for itself.
                text.push(quote);
            } else {
                return Ok(text);
            }
        }
        Err(refused(self.text, &format!("a {quote} is not closed")))
    }
}

fn of_word(char: char) -> bool {
    char.is_alphanumeric() || "_-+/:@$%&*#~".contains(char)
}

fn follows_name(tokens: &[Token]) -> bool {
    matches!(tokens.last(), Some(Token::Word(_) | Token::Name(_)))
}

/// What is wrong with a filter or an order.
pub(super) fn refused(text: &str, why: &str) -> Problem {
    invalid(format!("Invalid filter or order '{}': {why}.", shown(text)))
}
