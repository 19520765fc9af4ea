//! Pages of a list that is at hand.

use super::refusal::invalid;
use crate::problem::Problem;

/// A page of a list, and the token of the next.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

/// The token of a page that begins with this index.
fn token(index: usize) -> String {
    format!("{index:08x}")
}

/// So many items behind the page whose token this is.
pub(super) fn page<T>(items: Vec<T>, after: Option<&str>, most: usize) -> Result<Page<T>, Problem> {
    let first = match after {
        None | Some("") => 0,
        Some(after) => {
            let is_token = after.len() == 8;
            let index = usize::from_str_radix(after, 16).ok().filter(|_| is_token);
            index.ok_or_else(bad_token)?
        }
    };
    let count = items.len();
    let items = items.into_iter().skip(first).take(most).collect();
    let behind = first.saturating_add(most);
    Ok(Page {
        items,
        next: (behind < count).then(|| token(behind)),
    })
}

/// For a token that came with no page.
pub(super) fn bad_token() -> Problem {
    invalid("Invalid page token. Give the `next_page_token` that came with a page, whole.")
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn pages_follow_each_other() {
        let items = vec![1, 2, 3, 4];
        let first = page(items.clone(), None, 2).unwrap();
        let next = first.next.unwrap();
        let last = page(items.clone(), Some(&next), 2).unwrap();
        assert_eq!((last.items, last.next), (vec![3, 4], None));
        assert!(page(items, Some("rubbish"), 2).is_err());
    }
}
