//! A value that each process has for itself.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::gate::enter;
use super::{current, generation};

/// A value that belongs to the process that has made it. A child has another one, which begins as
/// the default; that of its parent is never touched there, and never dropped: a thread that does not
/// run in the child may be in the midst of it.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
/// use tracker_core::fork::PerProcess;
///
/// let count = PerProcess::new(Mutex::new(1));
/// *count.get().lock().unwrap() += 1;
/// // 2 here, and in a child 0.
/// assert_eq!(*count.get().lock().unwrap(), 2);
/// ```
pub struct PerProcess<T> {
    first: Node<T>,
}

/// The value of one process, and those of processes that were forked from it. All but the last were
/// made by processes before this one, so nothing in them is touched.
struct Node<T> {
    generation: u32,
    /// Counted, so that it can be kept from being dropped.
    value: Arc<T>,
    next: OnceLock<Box<Node<T>>>,
}

impl<T: Default> PerProcess<T> {
    /// The value of this process.
    pub fn new(value: T) -> Self {
        Self {
            first: Node::new(generation(), value),
        }
    }

    /// The value of this process, made now where it has none yet.
    #[inline]
    pub fn get(&self) -> &T {
        let generation = current();
        if self.first.generation == generation {
            return &self.first.value;
        }
        self.of_child(generation)
    }

    #[cold]
    fn of_child(&self, generation: u32) -> &T {
        let mut node = &self.first;
        while node.generation != generation {
            // A node that is about to be made when the process forks would never be.
            let make = || {
                let _inside = enter();
                node.next
                    .get_or_init(|| Box::new(Node::new(generation, T::default())))
            };
            node = node.next.get().unwrap_or_else(make);
        }
        &node.value
    }
}

impl<T> PerProcess<T> {
    /// The value of this process, where it has one.
    pub fn existing(&self) -> Option<&T> {
        let nodes = std::iter::successors(Some(&self.first), |node| Some(&**node.next.get()?));
        let mut own = nodes.filter(|node| node.generation == current());
        own.next().map(|node| &*node.value)
    }

    /// As [`existing`](Self::existing), to take it away.
    pub fn existing_mut(&mut self) -> Option<&mut T> {
        let mut node = &mut self.first;
        while node.generation != current() {
            node = node.next.get_mut()?;
        }
        Arc::get_mut(&mut node.value)
    }
}

impl<T: Default> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Node<T> {
    fn new(generation: u32, value: T) -> Self {
        Self {
            generation,
            value: Arc::new(value),
            next: OnceLock::new(),
        }
    }
}

impl<T> Drop for Node<T> {
    fn drop(&mut self) {
        if self.generation != current() {
            // One count too many: it is never dropped.
            std::mem::forget(Arc::clone(&self.value));
        }
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}
